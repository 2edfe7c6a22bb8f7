/** The product as it ships, or a weaker setting in which the same fault must do harm that the harness sees. */
export type Arm = 'product' | 'control';
