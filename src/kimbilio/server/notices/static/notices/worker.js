// Shows a notice and opens its address on a tap. It keeps nothing and answers no request: its scope is /n/ alone.
self.addEventListener("push", (event) => {
  const told = event.data ? event.data.json() : {};
  event.waitUntil(
    self.registration.showNotification(told.words || "", {
      body: told.reference,
      tag: told.reference,
      lang: told.lang,
      dir: told.dir,
      data: told.address,
      requireInteraction: Boolean(told.pressing),
    }),
  );
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(self.clients.openWindow(event.notification.data || "/n/"));
});
