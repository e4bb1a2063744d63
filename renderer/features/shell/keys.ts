/** Which key does what, everywhere in the lab. Pure; `keyboard.tsx` listens and does it. */
export type KeyAction = 'run' | 'pause' | 'previous' | 'next' | 'left' | 'right' | 'palette' | 'help'

export interface Pressed {
  key: string
  ctrlKey: boolean
  metaKey: boolean
  altKey: boolean
}

/** What has the focus: what it does with keys itself must stay its own. */
export interface Focused {
  /** Text is typed there. */
  typing: boolean
  /** A button, a link, a box to tick: Space presses it. */
  pressable: boolean
  /** Tabs, choices, sliders: arrows move in them. */
  arrows: boolean
}

export function actionOf({ key, ctrlKey, metaKey, altKey }: Pressed, focused: Focused): KeyAction | null {
  const command = (ctrlKey || metaKey) && !altKey
  if (command && key.toLowerCase() === 'k') return 'palette'
  if (command && key === 'Enter') return 'run'
  if (command || focused.typing) return null
  // Brackets and the question mark need Alt or AltGr (which looks like Ctrl + Alt) on many keyboards.
  if (key === '[') return 'previous'
  if (key === ']') return 'next'
  if (key === '?') return 'help'
  if (altKey) return null
  if (key === ' ' && !focused.pressable) return 'pause'
  if (focused.arrows) return null
  if (key === 'ArrowLeft') return 'left'
  if (key === 'ArrowRight') return 'right'
  return null
}

/** For people to read. */
export const keyHelp: readonly { keys: readonly string[]; does: string }[] = [
  { keys: ['Ctrl', 'K'], does: 'Go anywhere: phases, steps, experiments, words (⌘ K on a Mac)' },
  { keys: ['Ctrl', 'Enter'], does: 'Run: the main button of the screen (⌘ Enter on a Mac)' },
  { keys: ['Space'], does: 'Pause the training run, or go on with the one that is shown' },
  { keys: ['['], does: 'Previous step' },
  { keys: [']'], does: 'Next step' },
  { keys: ['←', '→'], does: 'Step back and forth: the all-reduce, the training loop' },
  { keys: ['+', '−', '0'], does: 'In a timeline or a compared chart: closer, farther, everything' },
  { keys: ['?'], does: 'This help' },
]
