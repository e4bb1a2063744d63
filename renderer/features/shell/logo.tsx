/** Two ranks and the ring between them. */
export function Logo() {
  return (
    <svg width="34" height="34" viewBox="0 0 32 32" aria-hidden>
      <rect width="32" height="32" rx="7" fill="var(--mantine-color-petrol-7)" />
      <g fill="none" stroke="#fff" strokeWidth="2.2" strokeLinecap="round">
        <path d="M9.2 10.6a9.4 9.4 0 0 1 13.6 0" />
        <path d="M22.8 21.4a9.4 9.4 0 0 1-13.6 0" />
      </g>
      <circle cx="7.6" cy="16" r="3.4" fill="#fff" />
      <circle cx="24.4" cy="16" r="3.4" fill="#ffc46b" />
    </svg>
  )
}
