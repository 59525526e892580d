(function () {
  // Inside of Wanshitong its script bridge says who this is; anywhere else there is no bridge.
  var form = document.getElementById('bridge'), bridge = window.croods, busy = false, sent = false;
  if (!bridge || typeof bridge.customPlugin !== 'function') return;
  function ask() {
    busy = true;
    bridge.customPlugin({
      action: 'UserPlugin.login',
      params: {},
      success: function (said) {
        var token = said && said.token;
        busy = false;
        if (sent || typeof token !== 'string' || !token) return;
        sent = true;
        form.elements.token.value = token;
        form.submit();
      },
      fail: function () { busy = false; /* The form is there. */ },
    });
  }
  // The button asks the app as well. While that does not answer, the button leads to the web.
  var button = document.querySelector('a[href^="/apps/wanshitong/"]');
  if (button) {
    button.addEventListener('click', function (e) {
      if (busy || sent) return;
      e.preventDefault();
      ask();
    });
  }
  // What has failed is not asked again by itself: it would fail, come back here, and so on.
  if (!form.dataset.failed) ask();
})();
