/**
 * What runs in a thread of the sandbox and in a process of the quarantine: handlers, and nothing else. Deadline, checks
 * and outcome stay with the executor, in the process that owns the jobs' locks.
 */
import { createHandlers } from '../../handlers/index.js';
import { serve } from './serve.js';

serve(createHandlers);
