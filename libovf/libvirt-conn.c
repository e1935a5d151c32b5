/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Connections to libvirt, and its domains; see libvirt-conn.h. */
#include <pthread.h>
#include <stdarg.h>
#include <time.h>

#include "base/text.h"
#include "base/xml.h"
#include "libvirt-conn-impl.h"

#define KEEPALIVE_SECONDS 5 /* a host that misses six of them is gone */
#define KEEPALIVE_COUNT 6
#define POLL_MILLISECONDS 100
#define NAMES_SHOWN 10

/* ---- errors ---------------------------------------------------------------- */
int
virt_last_code (void)
{
  const virError *e = virGetLastError ();

  return e != NULL ? e->code : VIR_ERR_OK;
}

/* libvirt's own words, on one line and without a full stop. */
static char *
error_words (const virError *e)
{
  char *s = xstrdup (e != NULL && e->message != NULL ? e->message
                                                      : "libvirt does not say why");
  size_t n;

  s[strcspn (s, "\n")] = '\0';
  for (n = strlen (s); n > 0 && (s[n - 1] == '.' || s[n - 1] == ' '); n--)
    s[n - 1] = '\0';
  return s;
}

bool
virt_failed (const struct virt *v, struct ovf_error **err, const char *fmt, ...)
{
  CLEANUP_FREE char *why = error_words (virGetLastError ());
  CLEANUP_FREE char *what = NULL;
  va_list ap;

  if (v != NULL && !ctx_alive (v->ctx, err))
    return false;
  va_start (ap, fmt);
  what = xvasprintf (fmt, ap);
  va_end (ap);
  return error_set (err, OVF_E_TOOL, "%s: %s", what, why);
}

char *
virt_name_list (const strings *names)
{
  char *list = xstrdup ("");
  size_t n = 0;

  VECTOR_FOR (s, names) {
    char *longer;
    if (n == NAMES_SHOWN)
      break;
    longer = xasprintf ("%s%s%s", list, n++ > 0 ? ", " : "", *s);
    free (list);
    list = longer;
  }
  if (names->len > n) {
    char *longer = xasprintf ("%s and %zu more", list, names->len - n);
    free (list);
    list = longer;
  }
  return list;
}

/* ---- what libvirt needs once in a process --------------------------------------- */
static void
say_nothing (void *opaque, virErrorPtr e)
{
  (void)opaque;
  (void)e;
}

static void
wake (int timer, void *opaque)
{
  (void)timer;
  (void)opaque;
}

/* Answers the probes of connections while a call waits. */
static void *
run_events (void *opaque)
{
  (void)opaque;
  while (virEventRunDefaultImpl () == 0)
    ;
  return NULL;
}

static void
start_libvirt (void)
{
  pthread_attr_t attr;
  pthread_t thread;

  virSetErrorFunc (NULL, say_nothing);
  if (virInitialize () != 0 || virEventRegisterDefaultImpl () != 0
      || virEventAddTimeout (1000, wake, NULL, NULL) < 0)
    return; /* connections work without, but notice later that a host is gone */
  pthread_attr_init (&attr);
  pthread_attr_setdetachstate (&attr, PTHREAD_CREATE_DETACHED);
  pthread_create (&thread, &attr, run_events, NULL);
  pthread_attr_destroy (&attr);
}

static void
need_libvirt (void)
{
  static pthread_once_t once = PTHREAD_ONCE_INIT;

  pthread_once (&once, start_libvirt);
}

/* ---- opening --------------------------------------------------------------------- */
/* virConnectOpen () may wait for a host that never answers: it runs in a
 * thread of its own, which is left alone when nobody waits any more. */
struct opening {
  pthread_mutex_t lock;
  pthread_cond_t changed;
  char *uri;
  bool read_only, done, abandoned;
  virConnectPtr conn;
  char *why;
};

static void
opening_free (struct opening *o)
{
  if (o->conn != NULL)
    virConnectClose (o->conn);
  pthread_mutex_destroy (&o->lock);
  pthread_cond_destroy (&o->changed);
  free (o->uri);
  free (o->why);
  free (o);
}

/* Nobody is asked: what auth.conf does not say is not known. */
static int
no_credentials (virConnectCredentialPtr wanted, unsigned n, void *opaque)
{
  (void)wanted;
  (void)n;
  (void)opaque;
  return -1;
}

static void *
open_in_thread (void *opaque)
{
  static const int kinds[] = { VIR_CRED_AUTHNAME, VIR_CRED_USERNAME, VIR_CRED_PASSPHRASE,
                               VIR_CRED_ECHOPROMPT, VIR_CRED_NOECHOPROMPT, VIR_CRED_REALM };
  virConnectAuth auth = { (int *)kinds, ARRAY_SIZE (kinds), no_credentials, NULL };
  struct opening *o = opaque;
  virConnectPtr conn;
  bool abandoned;
  char *why;

  xml_foreign_begin ();
  conn = virConnectOpenAuth (o->uri, &auth, o->read_only ? VIR_CONNECT_RO : 0);
  xml_foreign_end ();
  why = conn == NULL ? error_words (virGetLastError ()) : NULL;
  pthread_mutex_lock (&o->lock);
  o->conn = conn;
  o->why = why;
  o->done = true;
  abandoned = o->abandoned;
  pthread_cond_signal (&o->changed);
  pthread_mutex_unlock (&o->lock);
  if (abandoned)
    opening_free (o);
  return NULL;
}

static struct timespec
poll_deadline (void)
{
  struct timespec t;

  clock_gettime (CLOCK_REALTIME, &t);
  t.tv_nsec += POLL_MILLISECONDS * 1000000L;
  if (t.tv_nsec >= 1000000000L) {
    t.tv_sec++;
    t.tv_nsec -= 1000000000L;
  }
  return t;
}

/* True when the thread has ended; else it frees `o` itself. */
static bool
wait_for_opening (struct ovf_ctx *ctx, struct opening *o, struct ovf_error **err)
{
  uint64_t polls = ctx_limit (ctx, LIMIT_HELPER_SILENCE) * (1000 / POLL_MILLISECONDS);
  bool done;

  pthread_mutex_lock (&o->lock);
  for (; !o->done && polls > 0 && ctx_alive (ctx, NULL); polls--) {
    struct timespec t = poll_deadline ();
    pthread_cond_timedwait (&o->changed, &o->lock, &t);
  }
  done = o->done;
  o->abandoned = !done;
  if (!done && ctx_alive (ctx, err))
    error_set (err, OVF_E_IO, "'%s' does not answer", o->uri);
  pthread_mutex_unlock (&o->lock);
  return done;
}

static bool
connect_to (struct ovf_ctx *ctx, const char *uri, bool read_only, virConnectPtr *ret,
            struct ovf_error **err)
{
  struct opening *o = xcalloc (1, sizeof *o);
  pthread_t thread;

  pthread_mutex_init (&o->lock, NULL);
  pthread_cond_init (&o->changed, NULL);
  o->uri = xstrdup (uri);
  o->read_only = read_only;
  if (pthread_create (&thread, NULL, open_in_thread, o) != 0) {
    opening_free (o);
    return error_set (err, OVF_E_IO, "no thread can be started");
  }
  if (!wait_for_opening (ctx, o, err)) {
    pthread_detach (thread);
    return false;
  }
  pthread_join (thread, NULL);
  *ret = STEAL (o->conn);
  if (*ret == NULL) {
    error_set (err, OVF_E_IO, "no connection to '%s': %s", uri, o->why);
    error_hint (err, "'virsh -c %s version' tells whether the host can be reached", uri);
  }
  opening_free (o);
  return *ret != NULL;
}

struct virt *
virt_open (struct ovf_ctx *ctx, const char *uri, enum virt_access access,
           struct ovf_error **err)
{
  struct virt *v;
  virConnectPtr conn = NULL;

  need_libvirt ();
  if (!connect_to (ctx, uri, access == VIRT_LOOK, &conn, err))
    return NULL;
  virConnSetErrorFunc (conn, NULL, say_nothing);
  virConnectSetKeepAlive (conn, KEEPALIVE_SECONDS, KEEPALIVE_COUNT);
  virResetLastError ();
  v = xcalloc (1, sizeof *v);
  v->ctx = ctx;
  v->conn = conn;
  v->uri = xstrdup (uri);
  return v;
}

void
virt_free (struct virt *v)
{
  if (v == NULL)
    return;
  virConnectClose (v->conn);
  free (v->uri);
  free (v);
}

const char *
virt_uri (const struct virt *v)
{
  return v->uri;
}

/* "qemu:///system", "test:///default": no host, no other transport than a
 * socket of this machine. */
bool
virt_is_local (const struct virt *v)
{
  CLEANUP_FREE char *uri = virConnectGetURI (v->conn);
  const char *s = uri ? uri : v->uri, *colon = strchr (s, ':');
  const char *plus = colon ? memchr (s, '+', (size_t)(colon - s)) : NULL;

  if (colon == NULL || strncmp (colon, ":///", 4) != 0)
    return false;
  return plus == NULL || strncmp (plus, "+unix:", 6) == 0;
}

/* ---- domains ------------------------------------------------------------------------ */
void
virt_domain_done (struct virt_domain *d)
{
  free (d->name);
  free (d->uuid);
  free (d->xml);
  free (d->live_xml);
  memset (d, 0, sizeof *d);
}

void
virt_domains_done (virt_domains *v)
{
  VECTOR_FOR (d, v)
    virt_domain_done (d);
  free (v->ptr);
  memset (v, 0, sizeof *v);
}

static const char *
state_word (int state)
{
  switch (state) {
  case VIR_DOMAIN_PAUSED: return "paused";
  case VIR_DOMAIN_SHUTDOWN: return "shutting down";
  case VIR_DOMAIN_SHUTOFF: return "shut off";
  case VIR_DOMAIN_CRASHED: return "crashed";
  case VIR_DOMAIN_PMSUSPENDED: return "suspended by its guest";
  default: return "running";
  }
}

/* A host may say nothing of saved states and snapshots: then there are none. */
static bool
fill_domain (const struct virt *v, virDomainPtr dom, struct virt_domain *d,
             struct ovf_error **err)
{
  char uuid[VIR_UUID_STRING_BUFLEN] = "";
  int state = VIR_DOMAIN_NOSTATE, n;

  d->name = xstrdup (virDomainGetName (dom));
  if (virDomainGetUUIDString (dom, uuid) == 0)
    d->uuid = xstrdup (uuid);
  virDomainGetState (dom, &state, NULL, 0);
  d->active = virDomainIsActive (dom) == 1;
  d->persistent = virDomainIsPersistent (dom) == 1;
  d->state = state_word (state);
  d->saved = virDomainHasManagedSaveImage (dom, 0) == 1;
  n = virDomainSnapshotNum (dom, 0);
  d->snapshots = n > 0 ? (unsigned)n : 0;
  if (d->active)
    d->live_xml = virDomainGetXMLDesc (dom, 0);
  d->xml = virDomainGetXMLDesc (dom, VIR_DOMAIN_XML_INACTIVE);
  return d->xml != NULL
         || virt_failed (v, err, "the domain '%s' cannot be described", d->name);
}

bool
virt_domains_list (struct virt *v, virt_domains *ret, struct ovf_error **err)
{
  virDomainPtr *list = NULL;
  int n = virConnectListAllDomains (v->conn, &list, 0);

  if (n < 0)
    return virt_failed (v, err, "the domains of '%s' cannot be listed", v->uri);
  for (int i = 0; i < n; i++) {
    struct virt_domain d = { 0 };
    /* One that has gone meanwhile is no domain. */
    if (fill_domain (v, list[i], &d, NULL))
      virt_domains_append (ret, d);
    else
      virt_domain_done (&d);
    virDomainFree (list[i]);
  }
  free (list);
  return ctx_alive (v->ctx, err);
}

static void
name_domains (struct virt *v, struct ovf_error **err)
{
  CLEANUP_FREE char *list = NULL;
  strings names = { 0 };
  virDomainPtr *domains = NULL;
  int n = virConnectListAllDomains (v->conn, &domains, 0);

  for (int i = 0; i < n; i++) {
    strings_append (&names, xstrdup (virDomainGetName (domains[i])));
    virDomainFree (domains[i]);
  }
  free (domains);
  list = virt_name_list (&names);
  if (names.len > 0)
    error_hint (err, "'%s' has: %s", v->uri, list);
  else
    error_hint (err, "'%s' has no domain", v->uri);
  strings_free (&names);
}

bool
virt_domain_find (struct virt *v, const char *name, struct virt_domain *ret,
                  struct ovf_error **err)
{
  CLEANUP_FREE char *uuid = text_uuid (name);
  virDomainPtr dom = NULL;
  bool ok;

  memset (ret, 0, sizeof *ret);
  if (*name != '\0')
    dom = virDomainLookupByName (v->conn, name);
  if (dom == NULL && uuid != NULL)
    dom = virDomainLookupByUUIDString (v->conn, uuid);
  if (dom == NULL) {
    if (*name == '\0')
      error_set (err, OVF_E_USAGE, "'libvirt:%s' does not say which domain", v->uri);
    else if (virt_last_code () == VIR_ERR_NO_DOMAIN)
      error_set (err, OVF_E_IO, "there is no domain '%s'", name);
    else
      return virt_failed (v, err, "the domain '%s' cannot be found", name);
    name_domains (v, err);
    return false;
  }
  ok = fill_domain (v, dom, ret, err);
  virDomainFree (dom);
  if (!ok)
    virt_domain_done (ret);
  return ok;
}

bool
virt_domain_define (struct virt *v, const char *xml, struct ovf_error **err)
{
  virDomainPtr dom;

  xml_foreign_begin ();
  dom = virDomainDefineXMLFlags (v->conn, xml, VIR_DOMAIN_DEFINE_VALIDATE);
  /* Drivers without schemas, and schemas that are not installed. */
  if (dom == NULL && virt_last_code () != VIR_ERR_XML_INVALID_SCHEMA)
    dom = virDomainDefineXML (v->conn, xml);
  xml_foreign_end ();
  if (dom == NULL)
    return virt_failed (v, err, "the domain cannot be defined");
  virDomainFree (dom);
  return true;
}

bool
virt_domain_start (struct virt *v, const char *name, struct ovf_error **err)
{
  virDomainPtr dom = virDomainLookupByName (v->conn, name);
  bool ok = dom != NULL && virDomainCreate (dom) == 0;

  if (!ok)
    virt_failed (v, err, "the domain '%s' does not start", name);
  if (dom != NULL)
    virDomainFree (dom);
  return ok;
}

bool
virt_domain_undefine (struct virt *v, const char *name, struct ovf_error **err)
{
  static const unsigned all[] = {
    VIR_DOMAIN_UNDEFINE_NVRAM | VIR_DOMAIN_UNDEFINE_MANAGED_SAVE
      | VIR_DOMAIN_UNDEFINE_SNAPSHOTS_METADATA,
    VIR_DOMAIN_UNDEFINE_NVRAM, 0
  };
  virDomainPtr dom = virDomainLookupByName (v->conn, name);
  bool ok = false;

  /* Drivers refuse flags that they do not know. */
  for (size_t i = 0; dom != NULL && !ok && i < ARRAY_SIZE (all); i++)
    ok = virDomainUndefineFlags (dom, all[i]) == 0;
  if (!ok)
    virt_failed (NULL, err, "the domain '%s' cannot be undefined", name);
  if (dom != NULL)
    virDomainFree (dom);
  return ok;
}

void
virt_domain_stop (struct virt *v, const char *name)
{
  virDomainPtr dom = virDomainLookupByName (v->conn, name);

  if (dom == NULL)
    return;
  virDomainDestroy (dom);
  virDomainFree (dom);
}
