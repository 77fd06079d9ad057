/** What a press or a pointer in the picture means. Steps and folds are told by their index or id in the drawing. */
export interface Picking {
  onpick(index: number): void;
  onfold(id: string): void;
  /** −1: nothing is pointed at. */
  ontouch(index: number): void;
}

export function picking({ onpick, onfold, ontouch }: Picking) {
  return (picture: Element) => {
    const pick = ({ target }: Event) => {
      const fold = (target as Element).closest('[data-fold]')?.getAttribute('data-fold');
      if (fold) return onfold(fold);
      const step = (target as Element).closest('[data-step]')?.getAttribute('data-step');
      if (step) onpick(Number(step));
    };
    const touch = ({ target }: Event) => {
      const step = (target as Element).closest('[data-step]:not(.hit)')?.getAttribute('data-step');
      ontouch(Number(step ?? -1));
    };
    const leave = () => ontouch(-1);
    picture.addEventListener('click', pick);
    picture.addEventListener('pointerover', touch);
    picture.addEventListener('pointerleave', leave);
    return () => {
      picture.removeEventListener('click', pick);
      picture.removeEventListener('pointerover', touch);
      picture.removeEventListener('pointerleave', leave);
    };
  };
}
