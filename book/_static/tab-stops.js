// A box that scrolls is reached by the keyboard, one that doesn't is passed over. The size of a box is
// asked for when the browser has laid it out, which it does as the reader comes near.
{
  const BOXES = "pre, .cell_output > .output, .pst-scrollable-table-container";
  const sizes = new ResizeObserver((entries) => {
    for (const { target } of entries) {
      const fits = target.scrollWidth <= target.clientWidth && target.scrollHeight <= target.clientHeight;
      target.tabIndex = fits ? -1 : 0;
    }
  });
  document.querySelectorAll(BOXES).forEach((box) => sizes.observe(box));
}
