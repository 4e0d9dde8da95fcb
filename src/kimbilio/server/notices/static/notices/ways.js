// Subscribes this browser: asks for leave, fetches a subscription, and posts it with the page's own form.
const form = document.getElementById("push");
const say = (key) => {
  document.getElementById("push-said").textContent = form.dataset[key];
};

async function subscribe() {
  if ((await Notification.requestPermission()) !== "granted") {
    say("denied");
    return;
  }
  try {
    await navigator.serviceWorker.register(form.dataset.worker, { scope: form.dataset.scope });
    const worker = await navigator.serviceWorker.ready;
    const subscription = await worker.pushManager.subscribe({
      userVisibleOnly: true,
      applicationServerKey: form.dataset.key,
    });
    form.elements.subscription.value = JSON.stringify(subscription);
    form.requestSubmit();
  } catch {
    say("failed");
  }
}

if (form && "serviceWorker" in navigator && "PushManager" in window) {
  document.getElementById("push-part").hidden = false;
  document.getElementById("push-start").addEventListener("click", subscribe);
}
