(function () {
  // Posts by itself, once somebody really looks: a prefetched or prerendered page registers nothing.
  var form = document.getElementById('enter'), sent = false, timer = 0;
  function kept() { try { return Number(sessionStorage.getItem('vc-tries') || 0); } catch (e) { return 0; } }
  function keep(n) { try { sessionStorage.setItem('vc-tries', n); } catch (e) { /* as the first time */ } }
  function go() {
    if (sent || document.visibilityState !== 'visible' || document.prerendering) return;
    sent = true;
    form.querySelector('button').disabled = true;
    form.submit();
  }
  function ready() {
    var wait = Number(form.dataset.wait || 0) * 1000;
    if (!wait) { keep(0); go(); return; }
    // A full house is tried again after 1 to 3 seconds and each time a little later, not by
    // everybody at the same moment.
    if (timer) return;
    var tries = Math.min(kept(), 2);
    keep(tries + 1);
    timer = setTimeout(function () { timer = 0; go(); }, wait + Math.random() * 2000 * (1 << tries));
  }
  document.addEventListener('visibilitychange', ready);
  document.addEventListener('prerenderingchange', ready);
  // Coming back with the back button shows the page as it was left: the button must work again.
  addEventListener('pageshow', function (e) {
    if (e.persisted) { sent = false; form.querySelector('button').disabled = false; }
  });
  ready();
})();
