// Search results quote the text of a page: Sphinx would take all that stands in <main>, its menus and
// tables of contents too.
{
  const OMITTED = "math[display=block], annotation, .eqno, .equation-code, .toctree-wrapper";
  const textOfMain = Search.htmlToText;
  Search.htmlToText = (html, anchor) => {
    const article = new DOMParser().parseFromString(html, "text/html").querySelector(".bd-article");
    article.querySelectorAll(OMITTED).forEach((element) => element.remove());
    article.setAttribute("role", "main");
    return textOfMain(article.outerHTML, anchor);
  };
}
