/**
 * Mark the first option everywhere, tap "review", and "cast" as soon as that can be tapped, and wait until the ballot is sent.
 *
 * That is the worst case: a voter who reads the review leaves the page more time than it needs. Watching the frames
 * makes the page draw each of them, which takes time from the encryption: so one vote is timed, another watched.
 */
async ({ isWatched }) => {
  const watchFrames = (isOver) =>
    new Promise((resolve) => {
      let longest = 0;
      let last = null;
      const see = () => {
        const now = performance.now();
        longest = last === null ? 0 : Math.max(longest, now - last);
        last = now;
        if (isOver()) {
          resolve(longest);
        } else {
          requestAnimationFrame(see);
        }
      };
      requestAnimationFrame(see);
    });
  const rest = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
  document.querySelectorAll('input[id$="-0"]').forEach((input) => input.click());
  await rest(300);
  const rested = performance.now() + 500;
  const longestAtRest = isWatched ? await watchFrames(() => performance.now() >= rested) : 0;
  let sentAt = null;
  const realFetch = window.fetch;
  const sent = new Promise((resolve) => {
    window.fetch = (...request) => {
      if (String(request[0]).includes("/ballots")) {
        sentAt = performance.now();
        resolve();
      }
      return realFetch(...request);
    };
  });
  const frames = isWatched ? watchFrames(() => sentAt !== null) : sent.then(() => 0);
  // Started from a frame, so that the first one is not counted from some time before the tap.
  await new Promise((resolve) => requestAnimationFrame(resolve));
  const start = performance.now();
  document.querySelector("button.main").click();
  // The ballot is cast from the moment it is sealed, which its tracker shows.
  while (document.querySelector("button.main").disabled) {
    await rest(1);
  }
  document.querySelector("button.main").click();
  const longestFrame = await frames;
  await sent;
  return { total: sentAt - start, longestFrame, longestAtRest };
}
