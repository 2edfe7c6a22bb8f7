import { SchedulerClient } from '@dts/client';

export const gateway = process.env.DTS_URL ?? 'http://127.0.0.1:3000';
export const client = new SchedulerClient({ url: gateway, apiKey: process.env.DTS_API_KEY ?? '' });
