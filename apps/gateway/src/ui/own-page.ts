const FONTS_FROM_ELSEWHERE = /<link [^>]*fonts\.googleapis\.com[^>]*>/;

/** Buttons of what is switched off, by the icons that they show: Bull Board has no setting for them. */
const SWITCHED_OFF = [
  // On a job: duplicate, edit, another time, another priority, without its children.
  ...['files', 'pencil', 'clock', 'arrow-up-down', 'list-x'].map((icon) => `[class*=jobActions] li:has(.lucide-${icon})`),
  // On one that has ended: remove. On others the button cancels.
  ...[':has(.lucide-refresh-cw)', ':not(:has(.lucide-pencil))'].map((ended) => `[class*=jobActions]${ended} li:has(.lucide-trash2)`),
  // On all jobs of a kind: promote, remove.
  ...['corner-up-left', 'trash2'].map((icon) => `[class*=queueActions] li:has(.lucide-${icon})`),
  // On a queue: add a job, empty it, obliterate it.
  ...['plus', 'trash2', 'ban'].map((icon) => `[role=menuitem]:has(.lucide-${icon})`),
];

const STYLE = `<style>${SWITCHED_OFF.join(',')} { display: none }</style>`;

/** Bull Board's page, without what it would fetch from elsewhere and without buttons that do nothing here. */
export function ownPage(html: string): string {
  return html.replace(FONTS_FROM_ELSEWHERE, '').replace('</head>', `${STYLE}</head>`);
}
