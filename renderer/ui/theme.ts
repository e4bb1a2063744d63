/**
 * The look, as Mantine's theme: one accent (petrol), graphite greys, small radii, compact type in the system's
 * own fonts. Colours with a meaning of their own (ranks, phases, states) are CSS variables in `theme.css`.
 */
import { createTheme } from '@mantine/core'
import type { CSSVariablesResolver } from '@mantine/core'

const systemSans =
  '"Inter", -apple-system, "Segoe UI Variable Text", "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", "Helvetica Neue", Arial, sans-serif'
const systemMono = 'ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, "Liberation Mono", "DejaVu Sans Mono", monospace'

export const theme = createTheme({
  primaryColor: 'petrol',
  primaryShade: { light: 7, dark: 6 },
  colors: {
    petrol: ['#e6f5f5', '#d0e8e9', '#a3d2d4', '#72bac0', '#4aa4ac', '#2b929c', '#13808a', '#0b6970', '#07545b', '#033f45'],
    gray: ['#f7f8f7', '#f0f2f1', '#e4e7e6', '#d5d9d8', '#bcc3c1', '#98a19f', '#75807e', '#566160', '#3b4544', '#232b2b'],
    dark: ['#e3e8e8', '#b5bfbf', '#8b9797', '#5e6b6c', '#333d3f', '#2a3335', '#1f2729', '#161c1e', '#101517', '#0a0e0f'],
  },
  autoContrast: false,
  fontFamily: systemSans,
  fontFamilyMonospace: systemMono,
  fontSizes: { xs: '0.75rem', sm: '0.8125rem', md: '0.875rem', lg: '1rem', xl: '1.1875rem' },
  lineHeights: { xs: '1.35', sm: '1.4', md: '1.45', lg: '1.45', xl: '1.35' },
  defaultRadius: 'sm',
  radius: { xs: '3px', sm: '5px', md: '7px', lg: '10px', xl: '16px' },
  headings: { fontFamily: systemSans, fontWeight: '620' },
  focusRing: 'auto',
  cursorType: 'pointer',
  respectReducedMotion: true,
  components: {
    Tooltip: { defaultProps: { openDelay: 250, withArrow: true, fz: 'xs' } },
    NumberInput: { defaultProps: { size: 'xs' } },
    TextInput: { defaultProps: { size: 'xs' } },
    Select: { defaultProps: { size: 'sm', allowDeselect: false, checkIconPosition: 'right' } },
    MultiSelect: { defaultProps: { size: 'sm' } },
    Modal: { defaultProps: { centered: true } },
  },
})

export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-body': '#f2f4f3',
    '--mantine-color-text': '#182020',
    '--mantine-color-dimmed': '#566160',
    '--mantine-color-placeholder': '#75807e',
    '--mantine-color-default': '#ffffff',
    '--mantine-color-default-border': '#cdd3d1',
    '--mantine-color-anchor': '#0b6970',
    '--mantine-color-error': '#b3261e',
  },
  dark: {
    '--mantine-color-body': '#101517',
    '--mantine-color-text': '#e3e8e8',
    '--mantine-color-dimmed': '#98a5a5',
    '--mantine-color-placeholder': '#7d8989',
    '--mantine-color-default': '#1f2729',
    '--mantine-color-default-border': '#374244',
    '--mantine-color-anchor': '#6fc3c9',
    '--mantine-color-error': '#f2948b',
  },
})
