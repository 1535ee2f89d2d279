//! A share as a bar beside its figure; the figure stands in the text, so the bar says nothing to screen readers.

/** @param milli Thousandths. */
export function ShareBar({ milli }: { milli: number }) {
  return (
    <svg class="share-bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
      <rect class="room" width="100" height="8" />
      <rect class="part" width={Math.min(100, milli / 10)} height="8" />
    </svg>
  );
}
