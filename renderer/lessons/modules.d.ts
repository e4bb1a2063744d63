/** Modules that the build makes for lessons (scripts/vite): marked regions of sources, and prose in MDX. */
declare module 'code:*' {
  const region: import('./code-region.ts').CodeRegion
  export default region
}

declare module '*.mdx' {
  const Prose: import('react').ComponentType<{ components?: Record<string, import('react').ElementType> }>
  export default Prose
}
