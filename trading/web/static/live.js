// Keeps a page that names a stream (data-live="/live/lots/x") up to date, and says how sure it is.
// data-live-after: the position that the page shows. data-live-now: what to ask without a stream.
// Inside: data-live-status, data-live-age, data-live-clock, data-live-left (counts down to the
// instant in data-us), data-live-value="lead_fen" (also: lead_number, bids, ends_us, place, hold).
// Texts in the reader's language come in data-text-* of the element with data-live.
(function () {
  "use strict";
  var DEAD_MS = 40000, POLL_MS = 3000, TICK_MS = 250;

  function start(root) {
    var text = function (name) { return root.getAttribute("data-text-" + name) || ""; };
    var all = function (name) { return root.querySelectorAll("[data-live-" + name + "]"); };
    var position = Number(root.dataset.liveAfter || -1), known = {}, source = null;
    var ahead = null, heardMs = performance.now(), state = "", polling = 0;

    function show(next) {
      if (state === next) { return; }
      state = next;
      root.dataset.liveState = next;
      all("status").forEach(function (e) { e.textContent = text(next); });
    }
    function hear(nowUs) {
      heardMs = performance.now();
      if (nowUs) { ahead = nowUs / 1000 - heardMs; }
    }
    function write(name, value) {
      known[name] = value;
      root.querySelectorAll('[data-live-value="' + name + '"]').forEach(function (e) {
        var written = value || !e.dataset.zero ? say(name, value) : e.dataset.zero;
        if (e.textContent !== written) { e.textContent = written; }
      });
      if (name === "ends_us") { all("left").forEach(function (e) { e.dataset.us = value; }); }
    }
    function say(name, value) {
      if (/_fen$/.test(name)) {
        return (value / 100).toLocaleString("en", { minimumFractionDigits: 2 });
      }
      return /_us$/.test(name) ? clock(value / 1000) : String(value);
    }
    function clock(ms) {
      return new Date(ms).toLocaleTimeString("zh-CN", { timeZone: "Asia/Shanghai", hour12: false });
    }
    function changed(told) {
      root.dispatchEvent(new CustomEvent("live:change", { bubbles: true, detail: told }));
    }
    function whole(told) {
      hear(told.now_us);
      if (told.position < position) { return; }
      position = told.position;
      Object.keys(told).forEach(function (name) { write(name, told[name]); });
      changed(told);
    }
    function part(told) {
      hear(told.now_us);
      if (told.position <= position) { return; }
      position = told.position;
      if (!told.bid) { ask(); return changed(told); }
      ["lead_number", "lead_fen", "ends_us"].forEach(function (name) { write(name, told[name]); });
      var e = root.querySelector('[data-live-value="bids"]');
      if (e) { write("bids", (known.bids || Number(e.textContent) || 0) + 1); }
      changed(told);
    }
    function ask() {
      if (!root.dataset.liveNow) { return Promise.resolve(); }
      return fetch(root.dataset.liveNow, { headers: { Accept: "application/json" } })
        .then(function (answer) { return answer.ok ? answer.json() : Promise.reject(answer); })
        .then(whole);
    }
    function poll() {
      ask().then(function () { if (root.dataset.liveNow) { show("polling"); } },
        function () { show("lost"); });
    }
    function fall() {
      if (!polling) { polling = setInterval(poll, POLL_MS); poll(); }
    }
    function rise() {
      clearInterval(polling);
      polling = 0;
      show("live");
    }
    function connect() {
      if (!window.EventSource) { return fall(); }
      var after = position < 0 ? "" : "?after=" + position;
      source = new EventSource(root.dataset.live + after);
      source.onopen = function () { hear(0); rise(); };
      source.onerror = function () {
        show("lost");
        fall();
        if (source.readyState === 2) { setTimeout(connect, POLL_MS); }
      };
      source.addEventListener("snapshot", function (e) { whole(JSON.parse(e.data)); });
      source.addEventListener("clock", function (e) { hear(JSON.parse(e.data).now_us); });
      ["lot", "list", "panel", "task", "own"].forEach(function (name) {
        source.addEventListener(name, function (e) { part(JSON.parse(e.data)); });
      });
    }
    function tick() {
      var silentMs = performance.now() - heardMs;
      var nowMs = ahead === null ? Date.now() : performance.now() + ahead;
      all("age").forEach(function (e) {
        e.textContent = text("age").replace("{n}", Math.floor(silentMs / 1000));
      });
      all("clock").forEach(function (e) { e.textContent = clock(nowMs); });
      // Before the server has told its time, what the server wrote stands.
      all("left").forEach(function (e) {
        if (ahead === null) { return; }
        var left = Math.max(0, Math.ceil((Number(e.dataset.us) / 1000 - nowMs) / 1000));
        var two = function (n) { return (n < 10 ? "0" : "") + n; };
        var hours = Math.floor(left / 3600), minutes = Math.floor(left / 60) % 60;
        e.textContent = (hours ? hours + ":" : "") + two(minutes) + ":" + two(left % 60);
      });
      if (silentMs > DEAD_MS && source && source.readyState === 1) {
        source.close();
        show("lost");
        fall();
        hear(0);
        connect();
      }
    }
    show("lost");
    connect();
    setInterval(tick, TICK_MS);
  }
  document.querySelectorAll("[data-live]").forEach(start);
})();
