(function () {
  // Posts by itself, once somebody really looks: a prefetched or prerendered page registers nothing.
  var form = document.getElementById('enter'), sent = false;
  function go() {
    if (sent || document.visibilityState !== 'visible' || document.prerendering) return;
    sent = true;
    form.querySelector('button').disabled = true;
    form.submit();
  }
  function ready() {
    // A full house is tried again after 1 to 3 seconds, not by everybody at the same moment.
    if (form.dataset.busy) setTimeout(go, 1000 + Math.random() * 2000); else go();
  }
  document.addEventListener('visibilitychange', ready);
  document.addEventListener('prerenderingchange', ready);
  // Coming back with the back button shows the page as it was left: the button must work again.
  addEventListener('pageshow', function (e) {
    if (e.persisted) { sent = false; form.querySelector('button').disabled = false; }
  });
  ready();
})();
