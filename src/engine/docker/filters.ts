/** Query value that selects what carries every one of these labels; an empty value stands for any. */
export function labelFilter(labels: Readonly<Record<string, string>>): string {
  return JSON.stringify({
    label: Object.entries(labels).map(([name, value]) => (value === "" ? name : `${name}=${value}`)),
  });
}
