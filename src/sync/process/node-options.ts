/**
 * How Node is started for the process that syncs. It idles most of the time; what it does runs in the system and in hashing, that
 * V8 does not compile; and what a first sync makes stays.
 */
export const nodeOptions: readonly string[] = [
  // a larger space for what is new is slower, as the system gives it page by page, and a smaller one is soon full of what stays
  "--min-semi-space-size=8",
  "--max-semi-space-size=8",
  // while other processes have work for every processor, more threads to collect garbage keep it waiting
  "--no-parallel-scavenge",
  // nothing is looked through in vain while a first sync is under way; what was used is let go sooner after that
  "--initial-old-space-size=128",
  "--heap-growing-percent=30",
  // the compilers for what runs hot take more time than they save, and memory
  "--no-opt",
  "--no-maglev",
];
