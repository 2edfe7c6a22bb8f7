import { nestPreset } from '../../jest.preset.mjs';

export default { ...nestPreset, setupFiles: [...nestPreset.setupFiles, '@nestjs/bullmq'] };
