// Starts the components of GOV.UK Frontend that a page has; every page works without it.
const library = document.querySelector("script[data-components]");
import(library.src).then((components) => components.initAll());
