const ARCHITECTURES: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' };

/** This machine's system and processor in Go's words, such as `linux-amd64`. */
export function goArchitecture(separator = '-'): string {
  return `${process.platform}${separator}${ARCHITECTURES[process.arch] ?? process.arch}`;
}
