/** What breaks a rule that spans several keys of the config. */
export interface RuleIssue {
  /** The config key that breaks the rule. */
  readonly key: string;
  readonly message: string;
}
