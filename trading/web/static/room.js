// Starts the components of GOV.UK Frontend that a page has; every page works without it.
document.body.classList.add("js-enabled", "govuk-frontend-supported");
const library = document.querySelector("script[data-components]");
import(library.src).then((components) => components.initAll());
