// Brings the sign's next code. A code that is too old is covered: nobody scans in vain.
(function () {
  'use strict';
  var sign = document.getElementById('sign');
  var every = Number(sign.dataset.seconds) * 1000, last = performance.now();
  function take(text) {
    var next = new DOMParser().parseFromString(text, 'text/html').getElementById('sign');
    // Another page comes when the device was revoked: it is shown as it is.
    if (!next) { location.reload(); return; }
    sign.innerHTML = next.innerHTML;
    last = performance.now();
  }
  function look() {
    var lost = document.getElementById('lost');
    var old = performance.now() - last > 4 * every;
    if (lost) lost.hidden = !old;
    sign.classList.toggle('old', old);
  }
  function bring() {
    fetch('/sign', { credentials: 'same-origin', cache: 'no-store' })
      .then(function (answer) { return answer.text(); })
      .then(take)
      .catch(function () { /* the code on the screen is good for a minute; then it says so */ })
      .then(look);
  }
  setInterval(bring, every);
})();
