import { Option } from 'commander';

/** Names of schedules are a tenant's own, so operators say whose they mean. */
export interface Whose {
  readonly tenant?: string;
}

export const tenantOption = () => new Option('--tenant <tenant>', "this tenant's; needs an ops: scope");
