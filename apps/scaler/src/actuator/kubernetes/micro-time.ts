/** RFC 3339 with the microseconds that Kubernetes' MicroTime insists on. */
export function microTime(date: Date): string {
  return date.toISOString().replace('Z', '000Z');
}
