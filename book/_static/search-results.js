// Search results quote the text of a page: Sphinx would take all that stands in <main>, its menus and
// tables of contents too.
{
  const OMITTED = "h1, annotation, .equation-code, .equation-entry, .toctree-wrapper";
  const textOfMain = Search.htmlToText;
  Search.htmlToText = (html, anchor) => {
    const article = new DOMParser().parseFromString(html, "text/html").querySelector(".bd-article");
    article.querySelectorAll(OMITTED).forEach((element) => element.remove());
    article.querySelectorAll("div.math").forEach((equation) => equation.replaceWith(" … "));
    article.setAttribute("role", "main");
    return textOfMain(article.outerHTML, anchor);
  };
}

// Sphinx shows one result after another; those of an earlier search are left out once the next one
// begins, or they would stand among its own.
{
  const resultsOf = Search._performSearch;
  let earlier = [];
  Search._performSearch = (...query) => {
    earlier.length = 0;
    earlier = resultsOf(...query);
    return earlier;
  };
}
