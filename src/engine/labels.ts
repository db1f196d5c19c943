/** What carries every one of these labels; an empty value stands for any. */
export type LabelSelection = Readonly<Record<string, string>>;
