/** Rests between slices of long work. */

/** Return a rest that lets the page handle what waits; a timer would add four milliseconds each time. */
export function createRest(): () => Promise<void> {
  const { port1, port2 } = new MessageChannel();
  const waiting: (() => void)[] = [];
  port1.onmessage = () => waiting.shift()?.();
  return () =>
    new Promise((resolve) => {
      waiting.push(resolve);
      port2.postMessage(null);
    });
}
