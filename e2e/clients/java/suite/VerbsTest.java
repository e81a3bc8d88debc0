package lab.croft.clients;

import static lab.croft.clients.Lab.APPS;
import static lab.croft.clients.Lab.CLIENT;
import static lab.croft.clients.Lab.CORE;
import static lab.croft.clients.Lab.configMap;
import static lab.croft.clients.Lab.contains;
import static lab.croft.clients.Lab.deployment;
import static lab.croft.clients.Lab.eventually;
import static lab.croft.clients.Lab.numbered;
import static lab.croft.clients.Lab.refused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kubernetes.client.custom.IntOrString;
import io.kubernetes.client.custom.V1Patch;
import io.kubernetes.client.extended.pager.Pager;
import io.kubernetes.client.openapi.models.V1ConfigMap;
import io.kubernetes.client.openapi.models.V1ConfigMapList;
import io.kubernetes.client.openapi.models.V1Container;
import io.kubernetes.client.openapi.models.V1DeleteOptions;
import io.kubernetes.client.openapi.models.V1Deployment;
import io.kubernetes.client.openapi.models.V1ObjectMeta;
import io.kubernetes.client.openapi.models.V1Preconditions;
import io.kubernetes.client.openapi.models.V1Secret;
import io.kubernetes.client.openapi.models.V1Service;
import io.kubernetes.client.openapi.models.V1ServicePort;
import io.kubernetes.client.openapi.models.V1ServiceSpec;
import io.kubernetes.client.openapi.models.V1Status;
import io.kubernetes.client.util.PatchUtils;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Each verb on kinds that the client has classes for. */
class VerbsTest {
  private String ns;

  @BeforeEach
  void makeNamespace() throws Exception {
    ns = Lab.namespace();
  }

  private V1ConfigMap create(String name, Map<String, String> data) throws Exception {
    return CORE.createNamespacedConfigMap(ns, configMap(name, data)).execute();
  }

  private static List<String> names(V1ConfigMapList list) {
    return list.getItems().stream().map(item -> item.getMetadata().getName()).toList();
  }

  @Test
  void anObjectIsCreatedReadReplacedAndDeleted() throws Exception {
    V1ConfigMap made = create("a", Map.of("x", "1"));
    assertNotNull(made.getMetadata().getUid());
    assertNotNull(made.getMetadata().getCreationTimestamp());
    refused(409, "AlreadyExists", () -> create("a", Map.of()));

    V1ConfigMap read = CORE.readNamespacedConfigMap("a", ns).execute();
    assertEquals(made, read);
    read.setData(Map.of("x", "2"));
    V1ConfigMap replaced = CORE.replaceNamespacedConfigMap("a", ns, read).execute();
    assertEquals("2", replaced.getData().get("x"));
    assertNotEquals(made.getMetadata().getResourceVersion(), replaced.getMetadata().getResourceVersion());
    refused(409, "Conflict", () -> CORE.replaceNamespacedConfigMap("a", ns, made).execute());

    V1Status status = CORE.deleteNamespacedConfigMap("a", ns).execute();
    assertEquals("Success", status.getStatus());
    V1Status missing = refused(404, "NotFound", () -> CORE.readNamespacedConfigMap("a", ns).execute());
    assertEquals("configmaps", missing.getDetails().getKind());
    assertEquals("a", missing.getDetails().getName());
  }

  @Test
  void aDryRunAnswersAndChangesNothing() throws Exception {
    CORE.createNamespacedConfigMap(ns, configMap("a", Map.of())).dryRun("All").execute();
    refused(404, "NotFound", () -> CORE.readNamespacedConfigMap("a", ns).execute());
    V1ConfigMap made = create("a", Map.of("x", "1"));
    V1ConfigMap changed = configMap("a", Map.of("x", "2"));
    assertEquals("2", CORE.replaceNamespacedConfigMap("a", ns, changed).dryRun("All").execute().getData().get("x"));
    CORE.deleteNamespacedConfigMap("a", ns).dryRun("All").execute();
    assertEquals(made, CORE.readNamespacedConfigMap("a", ns).execute());
  }

  private V1Deployment patch(String format, String body) throws Exception {
    return PatchUtils.patch(V1Deployment.class,
        () -> APPS.patchNamespacedDeployment("web", ns, new V1Patch(body)).buildCall(null), format, CLIENT);
  }

  private static List<String> containers(V1Deployment deployment) {
    return deployment.getSpec().getTemplate().getSpec().getContainers().stream().map(V1Container::getName).toList();
  }

  @Test
  void eachKindOfPatchChangesWhatItSays() throws Exception {
    APPS.createNamespacedDeployment(ns, deployment("web")).execute();
    String other = "{\"spec\":{\"template\":{\"spec\":{\"containers\":[{\"name\":\"side\",\"image\":\"side:1\"}]}}}}";
    // A strategic merge patch knows lists by their keys, a merge patch does not.
    assertEquals(List.of("side", "web"), containers(patch(V1Patch.PATCH_FORMAT_STRATEGIC_MERGE_PATCH, other)));
    assertEquals(List.of("side"), containers(patch(V1Patch.PATCH_FORMAT_JSON_MERGE_PATCH, other)));
    String operations = """
        [{"op": "test", "path": "/spec/template/spec/containers/0/image", "value": "side:1"},
         {"op": "replace", "path": "/spec/template/spec/containers/0/image", "value": "side:2"},
         {"op": "add", "path": "/metadata/labels/tier", "value": "front"}]""";
    assertEquals("front", patch(V1Patch.PATCH_FORMAT_JSON_PATCH, operations).getMetadata().getLabels().get("tier"));
    refused(422, "Invalid", () -> patch(V1Patch.PATCH_FORMAT_JSON_PATCH, operations));
    refused(415, "UnsupportedMediaType", () -> patch("application/json", "{}"));

    String wrong = "{\"spec\":{\"replicas\":-1,\"selector\":{\"matchLabels\":{\"app\":\"other\"}}}}";
    V1Status status = refused(422, "Invalid", () -> patch(V1Patch.PATCH_FORMAT_JSON_MERGE_PATCH, wrong));
    List<String> fields = status.getDetails().getCauses().stream().map(cause -> cause.getField()).sorted().toList();
    assertEquals(List.of("spec.replicas", "spec.selector", "spec.template.metadata.labels"), fields);
  }

  @Test
  void pagesShowOneStateAndEveryObjectOnce() throws Exception {
    List<String> wanted = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      create(numbered(i), Map.of());
      wanted.add(numbered(i));
    }
    // How many remain is told only where none is left out.
    V1ConfigMapList all = CORE.listNamespacedConfigMap(ns).execute();
    V1ConfigMapList some = CORE.listNamespacedConfigMap(ns).resourceVersion(all.getMetadata().getResourceVersion())
        .resourceVersionMatch("Exact").limit(5).execute();
    assertEquals(all.getItems().size() - 5, some.getMetadata().getRemainingItemCount());
    V1ConfigMapList page = CORE.listNamespacedConfigMap(ns).labelSelector("app=web").limit(5).execute();
    assertNull(page.getMetadata().getRemainingItemCount());
    String version = page.getMetadata().getResourceVersion();
    CORE.deleteNamespacedConfigMap(numbered(11), ns).execute();
    List<String> found = new ArrayList<>(names(page));
    while (page.getMetadata().getContinue() != null) {
      page = CORE.listNamespacedConfigMap(ns).labelSelector("app=web").limit(5)
          ._continue(page.getMetadata().getContinue()).execute();
      assertEquals(version, page.getMetadata().getResourceVersion());
      found.addAll(names(page));
    }
    assertEquals(wanted, found);

    Pager<V1ConfigMap, V1ConfigMapList> pager = new Pager<>(params -> {
      try {
        return CORE.listNamespacedConfigMap(ns).labelSelector("app=web").limit(params.getLimit())
            ._continue(params.getContinueToken()).buildCall(null);
      } catch (io.kubernetes.client.openapi.ApiException e) {
        throw new IllegalStateException(e);
      }
    }, CLIENT, 4, V1ConfigMapList.class);
    List<String> paged = new ArrayList<>();
    for (V1ConfigMap item : pager) paged.add(item.getMetadata().getName());
    assertEquals(wanted.subList(0, 11), paged);
  }

  @Test
  void selectorsChooseByLabelsAndFields() throws Exception {
    for (String tier : List.of("front", "back")) {
      V1ConfigMap wanted = configMap(tier, Map.of());
      wanted.getMetadata().setLabels(Map.of("app", "web", "tier", tier));
      CORE.createNamespacedConfigMap(ns, wanted).execute();
    }
    create("plain", Map.of());
    Map<String, List<String>> cases = Map.of(
        "tier=front", List.of("front"),
        "tier in (front, back)", List.of("back", "front"),
        "app,!tier", List.of("plain"),
        "app=web,tier notin (front)", List.of("back", "plain"));
    for (var c : cases.entrySet()) {
      assertEquals(c.getValue(), names(CORE.listNamespacedConfigMap(ns).labelSelector(c.getKey()).execute()), c.getKey());
    }
    V1ConfigMapList one = CORE.listNamespacedConfigMap(ns).fieldSelector("metadata.name=plain").execute();
    assertEquals(List.of("plain"), names(one));
    refused(400, "BadRequest", () -> CORE.listNamespacedConfigMap(ns).fieldSelector("data.x=1").execute());

    CORE.deleteCollectionNamespacedConfigMap(ns).labelSelector("tier").execute();
    assertEquals(List.of("plain"), names(CORE.listNamespacedConfigMap(ns).labelSelector("app").execute()));
  }

  @Test
  void aDeleteHeedsItsPreconditionsAndFinalizers() throws Exception {
    V1ConfigMap wanted = configMap("a", Map.of());
    wanted.getMetadata().setFinalizers(List.of("java.example.com/hold"));
    V1ConfigMap made = CORE.createNamespacedConfigMap(ns, wanted).execute();
    V1DeleteOptions another = new V1DeleteOptions().preconditions(new V1Preconditions().uid("another"));
    refused(409, "Conflict", () -> CORE.deleteNamespacedConfigMap("a", ns).body(another).execute());
    V1DeleteOptions this_ = new V1DeleteOptions().preconditions(new V1Preconditions().uid(made.getMetadata().getUid()));
    CORE.deleteNamespacedConfigMap("a", ns).body(this_).execute();
    V1ConfigMap held = CORE.readNamespacedConfigMap("a", ns).execute();
    assertNotNull(held.getMetadata().getDeletionTimestamp());

    held.getMetadata().setFinalizers(List.of("java.example.com/other"));
    V1Status status = refused(422, "Invalid", () -> CORE.replaceNamespacedConfigMap("a", ns, held).execute());
    contains(status.getMessage(), "no new finalizers can be added");
    held.getMetadata().setFinalizers(null);
    CORE.replaceNamespacedConfigMap("a", ns, held).execute();
    refused(404, "NotFound", () -> CORE.readNamespacedConfigMap("a", ns).execute());
  }

  @Test
  void propagationDecidesWhatBecomesOfDependents() throws Exception {
    for (String policy : List.of("Orphan", "Background", "Foreground")) {
      V1Deployment wanted = deployment("web");
      wanted.getSpec().setReplicas(0);
      APPS.createNamespacedDeployment(ns, wanted).execute();
      eventually("the replica set is there", () -> !APPS.listNamespacedReplicaSet(ns).execute().getItems().isEmpty());
      APPS.deleteNamespacedDeployment("web", ns).propagationPolicy(policy).execute();
      eventually("the deployment goes", () -> APPS.listNamespacedDeployment(ns).execute().getItems().isEmpty());
      if (policy.equals("Orphan")) {
        var left = APPS.listNamespacedReplicaSet(ns).execute().getItems();
        assertEquals(List.of(), left.get(0).getMetadata().getOwnerReferences());
        APPS.deleteCollectionNamespacedReplicaSet(ns).execute();
      }
      eventually(policy, () -> APPS.listNamespacedReplicaSet(ns).execute().getItems().isEmpty());
    }
  }

  @Test
  void whatTheServerFillsInIsReadTyped() throws Exception {
    V1ServicePort port = new V1ServicePort().port(80).targetPort(new IntOrString("http"));
    V1Service service = new V1Service().metadata(new V1ObjectMeta().name("web"))
        .spec(new V1ServiceSpec().ports(List.of(port)).selector(Lab.WEB));
    V1ServiceSpec spec = CORE.createNamespacedService(ns, service).execute().getSpec();
    assertEquals("ClusterIP", spec.getType());
    assertFalse(spec.getClusterIP().isEmpty());
    assertEquals("http", spec.getPorts().get(0).getTargetPort().getStrValue());

    Map<String, byte[]> data = new HashMap<>(Map.of("word", "croft".getBytes()));
    V1Secret secret = new V1Secret().metadata(new V1ObjectMeta().name("key")).data(data).stringData(Map.of("more", "x"));
    V1Secret made = CORE.createNamespacedSecret(ns, secret).execute();
    assertEquals("croft", new String(made.getData().get("word")));
    assertEquals("x", new String(made.getData().get("more")));
    assertEquals(Map.of(), made.getStringData());
  }

  /** The client sends every list and map that it has nothing for, and each time with its microseconds. */
  @Test
  void whatIsReadAndWrittenBackIsNoChange() throws Exception {
    V1Deployment web = deployment("web");
    web.getSpec().setReplicas(0);
    APPS.createNamespacedDeployment(ns, web).execute();
    eventually("its controller is done with it", () -> {
      var status = APPS.readNamespacedDeployment("web", ns).execute().getStatus();
      return status != null && Long.valueOf(1).equals(status.getObservedGeneration());
    });
    eventually("written back as read", () -> {
      V1Deployment read = APPS.readNamespacedDeployment("web", ns).execute();
      V1Deployment written;
      try {
        written = APPS.replaceNamespacedDeployment("web", ns, read).execute();
      } catch (io.kubernetes.client.openapi.ApiException e) {
        assertEquals(409, e.getCode(), e.getResponseBody());  // its controller wrote meanwhile
        return false;
      }
      assertEquals(1L, written.getMetadata().getGeneration());
      assertEquals(read, written);
      return true;
    });
    assertEquals(1, APPS.listNamespacedReplicaSet(ns).execute().getItems().size());
  }

  @Test
  void unknownFieldsAreRefusedWhereTheClientIsStrict() throws Exception {
    create("a", Map.of());
    V1Patch misspelt = new V1Patch("{\"dta\":{\"x\":\"1\"}}");
    V1Status status = refused(422, "Invalid", () -> PatchUtils.patch(V1ConfigMap.class,
        () -> CORE.patchNamespacedConfigMap("a", ns, misspelt).fieldValidation("Strict").buildCall(null),
        V1Patch.PATCH_FORMAT_JSON_MERGE_PATCH, CLIENT));
    contains(status.getMessage(), "unknown field \"dta\"");
    var answer = CORE.createNamespacedConfigMap(ns, configMap("b", Map.of())).fieldValidation("Warn").executeWithHttpInfo();
    assertEquals(201, answer.getStatusCode());
  }

  @Test
  void aNamespaceGoesWithWhatIsInIt() throws Exception {
    create("a", Map.of());
    CORE.deleteNamespace(ns).execute();
    eventually("the namespace goes", () -> CORE.listNamespace().fieldSelector("metadata.name=" + ns).execute().getItems().isEmpty());
    assertTrue(CORE.listNamespacedConfigMap(ns).execute().getItems().isEmpty());
    refused(404, "NotFound", () -> create("late", Map.of()));
  }
}
