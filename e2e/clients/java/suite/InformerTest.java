package lab.croft.clients;

import static lab.croft.clients.Lab.CORE;
import static lab.croft.clients.Lab.configMap;
import static lab.croft.clients.Lab.eventually;
import static lab.croft.clients.Lab.numbered;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.reflect.TypeToken;
import io.kubernetes.client.common.KubernetesObject;
import io.kubernetes.client.custom.V1Patch;
import io.kubernetes.client.informer.ResourceEventHandler;
import io.kubernetes.client.informer.SharedIndexInformer;
import io.kubernetes.client.informer.SharedInformerFactory;
import io.kubernetes.client.informer.cache.Lister;
import io.kubernetes.client.openapi.ApiClient;
import io.kubernetes.client.openapi.apis.CoreV1Api;
import io.kubernetes.client.openapi.models.V1ConfigMap;
import io.kubernetes.client.openapi.models.V1ConfigMapList;
import io.kubernetes.client.util.CallGeneratorParams;
import io.kubernetes.client.util.PatchUtils;
import io.kubernetes.client.util.Watch;
import io.kubernetes.client.util.generic.GenericKubernetesApi;
import io.kubernetes.client.util.generic.dynamic.DynamicKubernetesApi;
import io.kubernetes.client.util.generic.dynamic.DynamicKubernetesObject;
import io.kubernetes.client.util.generic.options.ListOptions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Watches and informers, over a connection that is cut and one that stays away until all is forgotten. */
class InformerTest {
  private static final int FORGOTTEN_AFTER = 4_200;  // changes of one kind that the server keeps, and some

  private String ns;

  @BeforeEach
  void makeNamespace() throws Exception {
    ns = Lab.namespace();
  }

  /** Follows what an informer tells, and notes what can't be. */
  private static final class Witness<T extends KubernetesObject> implements ResourceEventHandler<T> {
    private final Map<String, String> versions = new HashMap<>();
    private final List<String> wrong = new ArrayList<>();

    private synchronized void see(String what, T object, boolean added) {
      String name = object.getMetadata().getName();
      String version = object.getMetadata().getResourceVersion();
      if (versions.containsKey(name) == added) wrong.add(what + " of " + name + " at " + version);
      if (what.equals("deletion")) versions.remove(name);
      else versions.put(name, version);
    }

    @Override
    public void onAdd(T object) {
      see("addition", object, true);
    }

    @Override
    public void onUpdate(T old, T object) {
      see("update", object, false);
    }

    @Override
    public void onDelete(T object, boolean unknown) {
      see("deletion", object, false);
    }

    synchronized Map<String, String> known() {
      return Map.copyOf(versions);
    }

    synchronized List<String> wrong() {
      return List.copyOf(wrong);
    }
  }

  /** What is written while an informer follows. */
  private interface Objects {
    void create(int i) throws Exception;

    void change(int i) throws Exception;

    void delete(int i) throws Exception;

    /** Their versions by name. */
    Map<String, String> present() throws Exception;
  }

  private void create(int i) throws Exception {
    CORE.createNamespacedConfigMap(ns, configMap(numbered(i), Map.of())).execute();
  }

  private final class ConfigMaps implements Objects {
    @Override
    public void create(int i) throws Exception {
      InformerTest.this.create(i);
    }

    @Override
    public void change(int i) throws Exception {
      InformerTest.this.change(numbered(i), "i", i);
    }

    @Override
    public void delete(int i) throws Exception {
      CORE.deleteNamespacedConfigMap(numbered(i), ns).execute();
    }

    @Override
    public Map<String, String> present() throws Exception {
      Map<String, String> found = new HashMap<>();
      for (V1ConfigMap map : CORE.listNamespacedConfigMap(ns).labelSelector("app=web").execute().getItems()) {
        found.put(map.getMetadata().getName(), map.getMetadata().getResourceVersion());
      }
      return found;
    }
  }

  private final class Gardens implements Objects {
    private final GenericKubernetesApi<Garden, Garden.GardenList> api = Garden.api();

    @Override
    public void create(int i) throws Exception {
      api.create(new Garden(ns, numbered(i), 1)).throwsApiException();
    }

    @Override
    public void change(int i) throws Exception {
      V1Patch patch = new V1Patch("{\"spec\":{\"beds\":%d}}".formatted(i + 2));
      api.patch(ns, numbered(i), V1Patch.PATCH_FORMAT_JSON_MERGE_PATCH, patch).throwsApiException();
    }

    @Override
    public void delete(int i) throws Exception {
      api.delete(ns, numbered(i)).throwsApiException();
    }

    @Override
    public Map<String, String> present() throws Exception {
      Map<String, String> found = new HashMap<>();
      for (Garden garden : api.list(ns).throwsApiException().getObject().getItems()) {
        found.put(garden.getMetadata().getName(), garden.getMetadata().getResourceVersion());
      }
      return found;
    }
  }

  private V1ConfigMap change(String name, String key, int value) throws Exception {
    V1Patch patch = new V1Patch("{\"data\":{\"%s\":\"%d\"}}".formatted(key, value));
    return PatchUtils.patch(V1ConfigMap.class, () -> CORE.patchNamespacedConfigMap(name, ns, patch).buildCall(null),
        V1Patch.PATCH_FORMAT_JSON_MERGE_PATCH, Lab.CLIENT);
  }

  /** Creates, changes and deletes while it cuts the informer's connections. */
  private static void churn(Proxy proxy, Objects objects) throws Exception {
    for (int i = 0; i < 60; i++) {
      objects.create(i);
      objects.change(i);
      if (i % 6 == 5) objects.delete(i - 1);
      if (i % 20 == 19) {
        eventually("the informer is connected again", proxy::busy);
        proxy.cut();
      }
    }
  }

  private SharedIndexInformer<V1ConfigMap> informer(SharedInformerFactory factory, ApiClient client, AtomicInteger lists) {
    CoreV1Api core = new CoreV1Api(client);
    return factory.sharedIndexInformerFor((CallGeneratorParams params) -> {
      if (!params.watch) lists.incrementAndGet();
      return core.listNamespacedConfigMap(ns).labelSelector("app=web").resourceVersion(params.resourceVersion)
          .watch(params.watch).timeoutSeconds(params.timeoutSeconds).allowWatchBookmarks(true).buildCall(null);
    }, V1ConfigMap.class, V1ConfigMapList.class);
  }

  @Test
  void anInformerMissesNothingWhenItsConnectionBreaks() throws Exception {
    try (Proxy proxy = new Proxy()) {
      ApiClient client = proxy.client();
      SharedInformerFactory factory = new SharedInformerFactory(client);
      AtomicInteger lists = new AtomicInteger();
      var informer = informer(factory, client, lists);
      Witness<V1ConfigMap> witness = new Witness<>();
      informer.addEventHandler(witness);
      informer.addIndexers(Map.of("value", map -> List.of(String.valueOf(map.getData() == null ? null : map.getData().get("i")))));
      factory.startAllRegisteredInformers();
      eventually("the informer has the first state", informer::hasSynced);
      Objects maps = new ConfigMaps();
      churn(proxy, maps);
      Map<String, String> wanted = maps.present();
      assertEquals(50, wanted.size());
      eventually("the informer knows all", () -> witness.known().equals(wanted));
      factory.stopAllRegisteredInformers();
      assertEquals(List.of(), witness.wrong());
      Lister<V1ConfigMap> lister = new Lister<>(informer.getIndexer(), ns);
      assertEquals(50, lister.list().size());
      assertEquals("ConfigMap", lister.get(numbered(0)).getKind());
      assertEquals(numbered(7), informer.getIndexer().byIndex("value", "7").get(0).getMetadata().getName());
    }
  }

  /** Of a custom kind: in lists of built-in ones no item says what it is, and the client's informer can't do without. */
  @Test
  void anInformerWithoutAClassMissesNothingEither() throws Exception {
    Garden.post();
    try (Proxy proxy = new Proxy()) {
      ApiClient client = proxy.client();
      SharedInformerFactory factory = new SharedInformerFactory(client);
      Objects gardens = new Gardens();
      gardens.create(100);
      var api = new DynamicKubernetesApi(Garden.GROUP, "v1", "gardens", client);
      var informer = factory.sharedIndexInformerFor(api, DynamicKubernetesObject.class, 0, ns);
      Witness<DynamicKubernetesObject> witness = new Witness<>();
      informer.addEventHandler(witness);
      factory.startAllRegisteredInformers();
      eventually("the informer has the first state", informer::hasSynced);
      churn(proxy, gardens);
      Map<String, String> wanted = gardens.present();
      assertEquals(51, wanted.size());
      eventually("the informer knows all", () -> witness.known().equals(wanted));
      factory.stopAllRegisteredInformers();
      assertEquals(List.of(), witness.wrong());
    }
  }

  @Test
  void anInformerThatWasAwayTooLongListsAgain() throws Exception {
    try (Proxy proxy = new Proxy()) {
      for (int i = 0; i < 3; i++) create(i);
      V1ConfigMap clock = configMap("clock", Map.of());
      clock.getMetadata().setLabels(null);
      String version = CORE.createNamespacedConfigMap(ns, clock).execute().getMetadata().getResourceVersion();
      ApiClient client = proxy.client();
      SharedInformerFactory factory = new SharedInformerFactory(client);
      AtomicInteger lists = new AtomicInteger();
      var informer = informer(factory, client, lists);
      Witness<V1ConfigMap> witness = new Witness<>();
      informer.addEventHandler(witness);
      factory.startAllRegisteredInformers();
      eventually("the informer has the first state", () -> witness.known().size() == 3);

      proxy.setAway(true);
      CORE.deleteNamespacedConfigMap(numbered(1), ns).execute();
      create(3);
      makeForget();
      int before = lists.get();
      proxy.setAway(false);
      Map<String, String> wanted = new ConfigMaps().present();
      eventually("the informer knows all", () -> witness.known().equals(wanted));
      assertTrue(lists.get() > before, "it lists again");
      factory.stopAllRegisteredInformers();
      assertEquals(List.of(), witness.wrong());

      try (Watch<V1ConfigMap> watch = watch(version, 30)) {
        assertTrue(watch.hasNext());
        Watch.Response<V1ConfigMap> event = watch.next();
        assertEquals("ERROR", event.type);
        assertEquals(410, event.status.getCode());
        assertEquals("Expired", event.status.getReason());
        assertFalse(watch.hasNext());
      }
    }
  }

  private void makeForget() throws Exception {
    var pool = Executors.newFixedThreadPool(8);
    List<Callable<V1ConfigMap>> changes = new ArrayList<>();
    for (int i = 0; i < FORGOTTEN_AFTER; i++) {
      int beat = i;
      changes.add(() -> change("clock", "beat", beat));
    }
    for (var done : pool.invokeAll(changes)) done.get();
    pool.shutdown();
  }

  private Watch<V1ConfigMap> watch(String version, int seconds) throws Exception {
    var call = CORE.listNamespacedConfigMap(ns).labelSelector("app=web").resourceVersion(version).watch(true)
        .timeoutSeconds(seconds).allowWatchBookmarks(true).buildCall(null);
    return Watch.createWatch(Lab.CLIENT, call, new TypeToken<Watch.Response<V1ConfigMap>>() {}.getType());
  }

  @Test
  void aWatchTellsWhatChangesAndEndsInTime() throws Exception {
    create(0);
    String version = change(numbered(0), "i", 1).getMetadata().getResourceVersion();
    change(numbered(0), "i", 2);
    create(1);
    CORE.deleteNamespacedConfigMap(numbered(0), ns).execute();
    List<String> seen = new ArrayList<>();
    try (Watch<V1ConfigMap> watch = watch(version, 1)) {
      while (watch.hasNext()) {
        Watch.Response<V1ConfigMap> event = watch.next();
        if (!event.type.equals("BOOKMARK")) seen.add(event.type + " " + event.object.getMetadata().getName());
      }
    }
    assertEquals(List.of("MODIFIED n000", "ADDED n001", "DELETED n000"), seen);

    // Without a version a watch begins with the present state.
    var api = new DynamicKubernetesApi("", "v1", "configmaps", Lab.CLIENT);
    try (var watch = api.watch(ns, new ListOptions().labelSelector("app=web").timeoutSeconds(1))) {
      assertTrue(watch.hasNext());
      var event = watch.next();
      assertEquals("ADDED n001", event.type + " " + event.object.getMetadata().getName());
      assertFalse(watch.hasNext());
    }
  }
}
