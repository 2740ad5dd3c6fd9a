/** Text files are put into the bundle as they are. */
declare module "*.txt" {
  const text: string;
  export default text;
}
