/** The least and the most that the picture may be enlarged. */
const [LEAST, MOST] = [0.5, 3];
/** One press of a button. */
export const ZOOM_STEP = 1.2;
/** How much a pixel of the wheel zooms: a notch of a mouse has about a hundred. */
const WHEEL = 0.0025;

export function withinZoom(zoom: number): number {
  const within = Math.min(MOST, Math.max(LEAST, zoom));
  // Close to its own size, it has its own size: words are sharpest there.
  return Math.abs(within - 1) < 0.03 ? 1 : within;
}

/**
 * Zooms with the wheel and Ctrl, which is also what a pinch on a trackpad sends, and with two fingers.
 * @param zoomBy multiplies the zoom; what is at this height of the area, in pixels, stays there
 */
export function zooming(zoomBy: (factor: number, at: number) => void) {
  return (area: HTMLElement) => {
    const heightIn = (clientY: number) => clientY - area.getBoundingClientRect().top;
    const turn = (event: WheelEvent) => {
      if (!event.ctrlKey) return;
      event.preventDefault();
      zoomBy(Math.exp(-event.deltaY * WHEEL), heightIn(event.clientY));
    };
    let apart: number | undefined;
    const pinch = (event: TouchEvent) => {
      const [one, other] = event.touches;
      if (!one || !other || event.touches.length !== 2) return void (apart = undefined);
      const distance = Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY);
      event.preventDefault();
      if (apart) zoomBy(distance / apart, heightIn((one.clientY + other.clientY) / 2));
      apart = distance;
    };
    const end = () => (apart = undefined);
    area.addEventListener('wheel', turn, { passive: false });
    area.addEventListener('touchmove', pinch, { passive: false });
    area.addEventListener('touchend', end);
    return () => {
      area.removeEventListener('wheel', turn);
      area.removeEventListener('touchmove', pinch);
      area.removeEventListener('touchend', end);
    };
  };
}
