/** What a config prints goes to stderr: stdout is for what was asked for. */
import { AsyncLocalStorage } from "node:async_hooks";
import { stderr, stdout } from "node:process";

type Write = typeof stdout.write;
/** The way that leads to stdout for everybody but scripts, and how many of these are being loaded. */
type Sorted = Write & { [loading]?: { count: number } };

const loading = Symbol("loading");
const ofScript = new AsyncLocalStorage<true>();

/** Run a script: all that is printed meanwhile, and what it starts prints later, goes to stderr. */
export async function withOutputAside<Value>(run: () => Promise<Value>): Promise<Value> {
  const state = sortOutput();
  state.count += 1;
  try {
    return await ofScript.run(true, run);
  } finally {
    state.count -= 1;
  }
}

/** Once in a process: what a script started may print at any time. */
function sortOutput(): { count: number } {
  const known = (stdout.write as Sorted)[loading];
  if (known !== undefined) return known;
  const state = { count: 0 };
  const direct = stdout.write.bind(stdout) as Write;
  const aside = stderr.write.bind(stderr) as Write;
  // the modules that a script imports are loaded outside its own context
  const write = ((...args: Parameters<Write>) =>
    state.count > 0 || ofScript.getStore() ? aside(...args) : direct(...args)) as Sorted;
  write[loading] = state;
  stdout.write = write;
  return state;
}
