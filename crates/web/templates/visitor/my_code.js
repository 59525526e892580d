(function () {
  // A new code well before the old one ends, so that nobody holds out one that is about to.
  var box = document.getElementById('code'), ends = 0, asking = false, again = 0;
  function begin() {
    var until = document.getElementById('until');
    ends = performance.now() + Number(until.dataset.left);
    again = ends - 20000;
  }
  function ask() {
    if (asking || document.visibilityState !== 'visible') return;
    asking = true;
    fetch('/me/code', { headers: { 'x-part': '1' } }).then(function (r) {
      if (r.status === 401) { location.reload(); }
      if (!r.ok) throw new Error();
      return r.text();
    }).then(function (html) {
      box.innerHTML = html;
      begin();
    }).catch(function () { again = performance.now() + 3000; }).then(function () { asking = false; });
  }
  setInterval(function () {
    var now = performance.now(), until = document.getElementById('until');
    if (now >= ends) {
      // An ended code is not shown: a guard would only be told that it is over.
      var qr = box.querySelector('.qr');
      if (qr) qr.remove();
      until.textContent = box.dataset.lost;
    } else {
      until.textContent = until.dataset.words.replace('{}', Math.max(0, Math.ceil((again - now) / 1000)));
    }
    if (now >= again) ask();
  }, 500);
  document.addEventListener('visibilitychange', function () { if (performance.now() >= again) ask(); });
  addEventListener('pageshow', function (e) { if (e.persisted) ask(); });
  begin();
})();
