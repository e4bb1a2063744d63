/** The places of the lab, and the choice of light or dark. */
import { Tooltip, UnstyledButton, useMantineColorScheme } from '@mantine/core'
import type { MantineColorScheme } from '@mantine/core'
import {
  IconBox,
  IconCloudUpload,
  IconDatabase,
  IconFlask2,
  IconKeyboard,
  IconListDetails,
  IconMoon,
  IconScale,
  IconSchool,
  IconServer,
  IconSun,
  IconSunMoon,
} from '@tabler/icons-react'
import type { Icon } from '@tabler/icons-react'
import { href } from '../../ui/route.ts'
import type { Place } from '../../ui/route.ts'
import { Logo } from './logo.tsx'
import styles from './rail.module.css'

const entries: { place: Place; word: string; icon: Icon }[] = [
  { place: 'lab', word: 'Lab', icon: IconFlask2 },
  { place: 'learn', word: 'Learn', icon: IconSchool },
  { place: 'runs', word: 'Runs', icon: IconListDetails },
  { place: 'benchmark', word: 'Benchmark', icon: IconScale },
  { place: 'playground', word: 'Playground', icon: IconKeyboard },
  { place: 'models', word: 'Models', icon: IconBox },
  { place: 'server', word: 'Server', icon: IconServer },
  { place: 'deploy', word: 'Deploy', icon: IconCloudUpload },
  { place: 'data', word: 'Data', icon: IconDatabase },
]

const schemes: Record<MantineColorScheme, { next: MantineColorScheme; icon: Icon; word: string }> = {
  auto: { next: 'light', icon: IconSunMoon, word: 'as the system' },
  light: { next: 'dark', icon: IconSun, word: 'light' },
  dark: { next: 'auto', icon: IconMoon, word: 'dark' },
}

export function Rail({ place }: { place: Place }) {
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  const scheme = schemes[colorScheme]
  return (
    <nav className={styles.rail} aria-label="Places of the lab">
      <a href={href('lab')} className={styles.brand} aria-label="DistriNews Lab, home">
        <Logo />
      </a>
      {entries.map(({ place: target, word, icon: EntryIcon }) => (
        <a
          key={target}
          href={href(target)}
          className={styles.entry}
          aria-current={place === target || (place === 'compare' && target === 'runs') ? 'page' : undefined}
        >
          <EntryIcon size={21} stroke={1.6} aria-hidden />
          {word}
        </a>
      ))}
      <Tooltip label={`Colours: ${scheme.word}`} position="right">
        <UnstyledButton
          className={styles.scheme}
          onClick={() => setColorScheme(scheme.next)}
          aria-label={`Colours: ${scheme.word}. Change to ${schemes[scheme.next].word}`}
        >
          <scheme.icon size={19} stroke={1.6} aria-hidden />
        </UnstyledButton>
      </Tooltip>
    </nav>
  )
}
