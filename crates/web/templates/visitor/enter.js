(function () {
  // Posts by itself, once somebody really looks: a prefetched or prerendered page registers nothing.
  var form = document.getElementById('enter'), button = form.querySelector('button');
  var text = button.textContent, sent = false, timer = 0;
  function kept() { try { return Number(sessionStorage.getItem('vc-tries') || 0); } catch (e) { return 0; } }
  function keep(n) { try { sessionStorage.setItem('vc-tries', n); } catch (e) { /* as the first time */ } }
  function go() {
    if (sent || document.visibilityState !== 'visible' || document.prerendering) return;
    sent = true;
    clearInterval(timer);
    timer = 0;
    button.disabled = true;
    if (window.vcBefore) window.vcBefore(form, function () { form.submit(); });
    else form.submit();
  }
  function ready() {
    var wait = Number(form.dataset.wait || 0) * 1000;
    if (!wait) { keep(0); go(); return; }
    // A full house is tried again after 1 to 3 seconds and each time a little later, not by
    // everybody at the same moment. Pressing meanwhile would only make it fuller.
    if (timer) return;
    var tries = Math.min(kept(), 2);
    var due = performance.now() + wait + Math.random() * 2000 * (1 << tries);
    keep(tries + 1);
    function tick() {
      var left = Math.ceil((due - performance.now()) / 1000);
      if (left > 0) button.textContent = form.dataset.again.replace('{}', left);
      else go();
    }
    button.disabled = true;
    timer = setInterval(tick, 250);
    tick();
  }
  document.addEventListener('visibilitychange', ready);
  document.addEventListener('prerenderingchange', ready);
  // Coming back with the back button shows the page as it was left: the button must work again.
  addEventListener('pageshow', function (e) {
    if (e.persisted) { sent = false; button.disabled = false; button.textContent = text; }
  });
  ready();
})();
