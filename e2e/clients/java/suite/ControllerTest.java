package lab.croft.clients;

import static lab.croft.clients.Lab.CORE;
import static lab.croft.clients.Lab.eventually;
import static lab.croft.clients.Lab.numbered;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kubernetes.client.custom.V1Patch;
import io.kubernetes.client.extended.controller.Controller;
import io.kubernetes.client.extended.controller.LeaderElectingController;
import io.kubernetes.client.extended.controller.builder.ControllerBuilder;
import io.kubernetes.client.extended.controller.reconciler.Reconciler;
import io.kubernetes.client.extended.controller.reconciler.Request;
import io.kubernetes.client.extended.controller.reconciler.Result;
import io.kubernetes.client.extended.leaderelection.LeaderElectionConfig;
import io.kubernetes.client.extended.leaderelection.LeaderElector;
import io.kubernetes.client.extended.leaderelection.Lock;
import io.kubernetes.client.extended.leaderelection.resourcelock.ConfigMapLock;
import io.kubernetes.client.extended.leaderelection.resourcelock.EndpointsLock;
import io.kubernetes.client.extended.leaderelection.resourcelock.LeaseLock;
import io.kubernetes.client.extended.workqueue.DefaultRateLimitingQueue;
import io.kubernetes.client.informer.SharedInformerFactory;
import io.kubernetes.client.informer.cache.Lister;
import io.kubernetes.client.openapi.ApiClient;
import io.kubernetes.client.openapi.ApiException;
import io.kubernetes.client.openapi.apis.CoordinationV1Api;
import io.kubernetes.client.openapi.apis.CoreV1Api;
import io.kubernetes.client.openapi.models.V1ConfigMap;
import io.kubernetes.client.openapi.models.V1ConfigMapList;
import io.kubernetes.client.openapi.models.V1OwnerReference;
import io.kubernetes.client.util.generic.GenericKubernetesApi;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Controllers with their work queue, and the election of those who lead. */
class ControllerTest {
  private String ns;

  @BeforeEach
  void makeNamespace() throws Exception {
    ns = Lab.namespace();
    Garden.post();
  }

  /** Keeps, for each garden, a ConfigMap of the same name that goes with it. */
  private record Gardener(CoreV1Api core, Lister<Garden> gardens, String ns) implements Reconciler {
    @Override
    public Result reconcile(Request request) {
      Garden garden = gardens.get(request.getName());
      if (garden == null) return new Result(false);
      V1ConfigMap plan = Lab.configMap(request.getName(), Map.of("beds", String.valueOf(garden.spec.beds)));
      plan.getMetadata().addOwnerReferencesItem(new V1OwnerReference().apiVersion(garden.getApiVersion())
          .kind("Garden").name(request.getName()).uid(garden.getMetadata().getUid()).controller(true));
      try {
        core.createNamespacedConfigMap(ns, plan).execute();
      } catch (ApiException e) {
        if (e.getCode() != 409) return new Result(true, Duration.ofMillis(100));
        try {
          core.replaceNamespacedConfigMap(request.getName(), ns, plan).execute();
        } catch (ApiException again) {
          return new Result(true, Duration.ofMillis(100));
        }
      }
      return new Result(false);
    }
  }

  private static final Duration UNDELAYED = Duration.ZERO;

  /** A controller of gardens and of the plans that they own, over a connection that the proxy can cut. */
  private Controller controller(ApiClient client, SharedInformerFactory factory) {
    var gardenApi = new GenericKubernetesApi<>(Garden.class, Garden.GardenList.class, Garden.GROUP, "v1", "gardens", client);
    var planApi = new GenericKubernetesApi<>(V1ConfigMap.class, V1ConfigMapList.class, "", "v1", "configmaps", client);
    var gardens = factory.sharedIndexInformerFor(gardenApi, Garden.class, 0, ns);
    var plans = factory.sharedIndexInformerFor(planApi, V1ConfigMap.class, 0, ns);
    return ControllerBuilder.defaultBuilder(factory)
        .withName("gardener")
        .withWorkQueue(new DefaultRateLimitingQueue<>(Executors.newSingleThreadScheduledExecutor()))
        .watch(queue -> ControllerBuilder.controllerWatchBuilder(Garden.class, queue).withResyncPeriod(UNDELAYED).build())
        .watch(queue -> ControllerBuilder.controllerWatchBuilder(V1ConfigMap.class, queue)
            .withWorkQueueKeyFunc(plan -> new Request(ns, plan.getMetadata().getName()))
            .withOnAddFilter(plan -> plan.getMetadata().getOwnerReferences() != null)
            .build())
        .withReadyFunc(gardens::hasSynced)
        .withReadyFunc(plans::hasSynced)
        .withWorkerCount(4)
        .withReconciler(new Gardener(new CoreV1Api(client), new Lister<>(gardens.getIndexer(), ns), ns))
        .build();
  }

  private void awaitPlans(int count, int beds) throws Exception {
    eventually("the plans are as they should be", () -> {
      var plans = CORE.listNamespacedConfigMap(ns).labelSelector("app=web").execute().getItems();
      return plans.size() == count && plans.stream().allMatch(p -> p.getData().get("beds").equals(String.valueOf(beds)));
    });
  }

  @Test
  void aControllerThatLeadsConvergesWhenItsConnectionBreaks() throws Exception {
    try (Proxy proxy = new Proxy()) {
      ApiClient client = proxy.client();
      SharedInformerFactory factory = new SharedInformerFactory(client);
      var elector = new LeaderElector(config(new LeaseLock(ns, "gardener", "one", client)));
      var manager = ControllerBuilder.controllerManagerBuilder(factory).addController(controller(client, factory)).build();
      Thread running = new Thread(new LeaderElectingController(elector, manager));
      running.setDaemon(true);
      running.start();

      var api = Garden.api();
      for (int i = 0; i < 10; i++) {
        api.create(new Garden(ns, numbered(i), 2)).throwsApiException();
        if (i % 4 == 3) proxy.cut();
      }
      awaitPlans(10, 2);
      proxy.cut();
      for (int i = 0; i < 10; i++) {
        api.patch(ns, numbered(i), V1Patch.PATCH_FORMAT_JSON_MERGE_PATCH, new V1Patch("{\"spec\":{\"beds\":5}}"))
            .throwsApiException();
      }
      awaitPlans(10, 5);
      // A plan that somebody deletes comes back, since its owner hears of it; one whose owner goes goes too.
      CORE.deleteNamespacedConfigMap(numbered(3), ns).execute();
      awaitPlans(10, 5);
      api.delete(ns, numbered(4)).throwsApiException();
      awaitPlans(9, 5);
      manager.shutdown();
      elector.close();
    }
  }

  private static LeaderElectionConfig config(Lock lock) {
    return new LeaderElectionConfig(lock, Duration.ofSeconds(10), Duration.ofSeconds(8), Duration.ofMillis(200));
  }

  private Lock lock(String kind, String identity) {
    return switch (kind) {
      case "Lease" -> new LeaseLock(ns, "leader", identity, Lab.CLIENT);
      case "ConfigMap" -> new ConfigMapLock(ns, "leader", identity, Lab.CLIENT);
      default -> new EndpointsLock(ns, "leader", identity, Lab.CLIENT);
    };
  }

  /** One who wants to lead, in a thread of its own. */
  private final class Candidate {
    final CountDownLatch stopped = new CountDownLatch(1);
    final LeaderElector elector;

    Candidate(String kind, String name, AtomicInteger leading, List<String> leaders) {
      elector = new LeaderElector(config(lock(kind, name)));
      Thread thread = new Thread(() -> elector.run(() -> {
        synchronized (leaders) {
          leaders.add(leading.incrementAndGet() == 1 ? name : "two at once");
        }
      }, stopped::countDown));
      thread.setDaemon(true);
      thread.start();
    }

    void close(AtomicInteger leading) throws InterruptedException {
      leading.decrementAndGet();
      elector.close();
      assertTrue(stopped.await(30, TimeUnit.SECONDS));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"Lease", "ConfigMap", "Endpoints"})
  void whoLeadsGivesUpAndTheOtherFollows(String kind) throws Exception {
    AtomicInteger leading = new AtomicInteger();
    List<String> leaders = new ArrayList<>();
    Candidate first = new Candidate(kind, "first", leading, leaders);
    eventually("the first leads", () -> leaders.size() == 1);
    Candidate second = new Candidate(kind, "second", leading, leaders);
    first.close(leading);
    eventually("the second leads", () -> leaders.size() == 2);
    second.close(leading);
    assertEquals(List.of("first", "second"), leaders);
    if (kind.equals("Lease")) {
      var spec = new CoordinationV1Api(Lab.CLIENT).readNamespacedLease("leader", ns).execute().getSpec();
      assertEquals(10, spec.getLeaseDurationSeconds());
      assertTrue(spec.getLeaseTransitions() >= 1);
    }
  }

  @Test
  void ofManyOneLeads() throws Exception {
    AtomicInteger leading = new AtomicInteger();
    List<String> leaders = new ArrayList<>();
    List<Candidate> candidates = new ArrayList<>();
    for (int i = 0; i < 5; i++) candidates.add(new Candidate("Lease", numbered(i), leading, leaders));
    eventually("one leads", () -> !leaders.isEmpty());
    AtomicReference<String> holder = new AtomicReference<>();
    eventually("the lease names it", () -> {
      holder.set(new CoordinationV1Api(Lab.CLIENT).readNamespacedLease("leader", ns).execute().getSpec().getHolderIdentity());
      return holder.get() != null;
    });
    assertEquals(List.of(holder.get()), leaders);
  }
}
