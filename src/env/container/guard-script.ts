/**
 * What signals and ends commands inside: engines have no call for it. The processes of a command are known by a
 * variable that they inherit. Needs `sh`, `sed`, `tr`, `grep` and `sleep`, as the smallest images with a shell have them.
 */

/** Marks the processes of one exec. */
export const execVariable = "DEVENV_EXEC";

/** The first argument is the mark, a pattern of `grep`. */
const marked = `
is_ours() { tr '\\0' '\\n' <"/proc/$1/environ" | grep -qx "${execVariable}=$mark"; }
ours() { for dir in /proc/[0-9]*; do is_ours "\${dir#/proc/}" && echo "\${dir#/proc/}"; done; }
mark=$1`;

/** Ends all processes with a mark: SIGTERM, and SIGKILL for what is left after two seconds. */
export const endScript = `${marked}
# stopped first, lest a shell whose child has ended goes on with its next command
signal() { pids=$(ours); for name; do kill -s "$name" $pids; done; }
signal STOP TERM CONT
for look in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
  [ -n "$(ours)" ] || exit 0
  sleep 0.1
done
signal KILL`;

/**
 * Takes a word a line, and answers each with the same once it is done. A signal's name goes to the command's
 * group, as a terminal would send it; ALL kills whatever the command started; REST waits for what is left of its
 * session and kills it after a while; END is the end. Without END the one who guards is gone, and the command ends too.
 */
export const guardScript = `${marked}
top=
look() { set -- $(sed 's/.*) . //' "/proc/$1/stat"); parent=$1 group=$2 session=$3; }
# the command itself came from outside; it may not have begun yet
find_top() {
  tries=0
  while [ -z "$top" ] && [ "$tries" -lt 10 ]; do
    for pid in $(ours); do
      look "$pid"
      [ "$parent" != 0 ] || { top=$group; break; }
    done
    [ -n "$top" ] || sleep 0.1
    tries=$((tries + 1))
  done
}
members() { for pid in $(ours); do look "$pid"; [ "$session" != "$top" ] || echo "$pid"; done; }
settle() {
  looks=0
  while [ "$looks" -lt "$1" ] && [ -n "$(members)" ]; do
    sleep 0.1
    looks=$((looks + 1))
  done
}
signal() { pids=$(members); [ -z "$pids" ] || for name; do kill -s "$name" $pids; done; }
while read -r word; do
  case $word in
    END) exit 0 ;;
    ALL) for again in 1 2 3; do pids=$(ours); [ -z "$pids" ] || kill -s KILL $pids; done ;;
    REST) settle 20; signal KILL ;;
    *) find_top; if [ -n "$top" ]; then kill -s "$word" -- "-$top"; else kill -s "$word" $(ours); fi ;;
  esac
  echo "$word"
done
find_top
signal STOP TERM HUP CONT
settle 20
signal KILL`;
