/** The tabs of the inspector. Each stays where it is, whatever the step: one that has nothing to show says so. */
export const TABS = ['why', 'fields', 'code', 'terminals', 'states'] as const;

export type Tab = (typeof TABS)[number];

/** The tab of that name; the first if there is none. */
export function tabOf(name: string): Tab {
  return TABS.find((tab) => tab === name) ?? TABS[0];
}
