package lab.croft.clients;

import static lab.croft.clients.Lab.CLIENT;
import static lab.croft.clients.Lab.configMap;
import static lab.croft.clients.Lab.deployment;
import static lab.croft.clients.Lab.eventually;
import static lab.croft.clients.Lab.refused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import io.kubernetes.client.custom.V1Patch;
import io.kubernetes.client.openapi.JSON;
import io.kubernetes.client.openapi.models.V1ConfigMap;
import io.kubernetes.client.openapi.models.V1ConfigMapList;
import io.kubernetes.client.openapi.models.V1Deployment;
import io.kubernetes.client.openapi.models.V1DeploymentList;
import io.kubernetes.client.openapi.models.V1Status;
import io.kubernetes.client.util.ResourceClient;
import io.kubernetes.client.util.generic.GenericKubernetesApi;
import io.kubernetes.client.util.generic.dynamic.DynamicKubernetesApi;
import io.kubernetes.client.util.generic.dynamic.DynamicKubernetesObject;
import io.kubernetes.client.util.generic.dynamic.Dynamics;
import io.kubernetes.client.util.generic.options.CreateOptions;
import io.kubernetes.client.util.generic.options.DeleteOptions;
import io.kubernetes.client.util.generic.options.GetOptions;
import io.kubernetes.client.util.generic.options.ListOptions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The clients that are made for any kind: by a class of one's own, and without one. */
class GenericTest {
  private String ns;

  @BeforeEach
  void makeNamespace() throws Exception {
    ns = Lab.namespace();
    Garden.post();
  }

  @Test
  void aClassOfOnesOwnIsStoredAsAnyOther() throws Exception {
    var api = Garden.api();
    Garden made = api.create(new Garden(ns, "back", 2)).throwsApiException().getObject();
    assertEquals("loam", made.spec.soil);
    assertEquals(1L, made.getMetadata().getGeneration());
    Garden read = api.get(ns, "back").getObject();
    read.spec.beds = 3;
    assertEquals(2L, api.update(read).throwsApiException().getObject().getMetadata().getGeneration());
    assertEquals(409, api.update(made).getHttpStatusCode());
    V1Patch clay = new V1Patch("{\"spec\":{\"soil\":\"clay\"}}");
    assertEquals("clay", api.patch(ns, "back", V1Patch.PATCH_FORMAT_JSON_MERGE_PATCH, clay).getObject().spec.soil);
    assertEquals(415, api.patch(ns, "back", V1Patch.PATCH_FORMAT_STRATEGIC_MERGE_PATCH, clay).getHttpStatusCode());
    assertEquals(List.of("back"), api.list(ns).getObject().getItems().stream().map(g -> g.getMetadata().getName()).toList());
    assertTrue(api.list(ns, new ListOptions().fieldSelector("metadata.name!=back")).getObject().getItems().isEmpty());

    V1Status status = api.create(new Garden(ns, "wrong", 0)).getStatus();
    assertEquals("Invalid", status.getReason());
    assertEquals("spec.beds", status.getDetails().getCauses().get(0).getField());
    assertEquals("loam", api.create(ns, new Garden(ns, "dry", 1), new CreateOptions().dryRun("All")).getObject().spec.soil);
    assertEquals(404, api.get(ns, "dry").getHttpStatusCode());

    assertTrue(api.delete(ns, "back").isSuccess());
    assertEquals(404, api.delete(ns, "back").getHttpStatusCode());
  }

  @Test
  void aStatusIsWrittenThroughItsSubresource() throws Exception {
    var api = Garden.api();
    Garden wanted = new Garden(ns, "a", 2);
    wanted.status = new Garden.Status();
    wanted.status.beds = 1;
    Garden made = api.create(wanted).getObject();
    assertNull(made.status);
    // The client replaces /status by a JSON patch, whether there is one yet or not.
    assertEquals(1, api.updateStatus(made, garden -> wanted.status).throwsApiException().getObject().status.beds);
    made = api.get(ns, "a").getObject();
    var custom = new io.kubernetes.client.openapi.apis.CustomObjectsApi(CLIENT);
    made.status.beds = 3;
    made.spec.beds = 9;
    custom.replaceNamespacedCustomObjectStatus(Garden.GROUP, "v1", ns, "gardens", "a", made).execute();
    Garden told = api.get(ns, "a").getObject();
    assertEquals(List.of(3, 2), List.of(told.status.beds, told.spec.beds));
    Garden.Status two = new Garden.Status();
    two.beds = 2;
    assertEquals(2, api.updateStatus(told, garden -> two).throwsApiException().getObject().status.beds);

    JsonObject scale = JSON.getGson().toJsonTree(
        custom.getNamespacedCustomObjectScale(Garden.GROUP, "v1", ns, "gardens", "a").execute()).getAsJsonObject();
    assertEquals("Scale", scale.get("kind").getAsString());
    assertEquals(2, scale.getAsJsonObject("status").get("replicas").getAsInt());
    scale.getAsJsonObject("spec").addProperty("replicas", 4);
    custom.replaceNamespacedCustomObjectScale(Garden.GROUP, "v1", ns, "gardens", "a", scale).execute();
    assertEquals(4, api.get(ns, "a").getObject().spec.beds);
    refused(409, "Conflict",
        () -> custom.replaceNamespacedCustomObjectScale(Garden.GROUP, "v1", ns, "gardens", "a", scale).execute());
  }

  @Test
  void kindsOfTheServersOwnAreReadTheSameWay() throws Exception {
    var maps = new GenericKubernetesApi<>(V1ConfigMap.class, V1ConfigMapList.class, "", "v1", "configmaps", CLIENT);
    V1ConfigMap wanted = configMap("a", Map.of("x", "1"));
    wanted.getMetadata().setNamespace(ns);
    V1ConfigMap made = maps.create(wanted).throwsApiException().getObject();
    V1ConfigMap partial = maps.get(ns, "a", asPartial()).throwsApiException().getObject();
    assertEquals(made.getMetadata(), partial.getMetadata());
    assertEquals(Map.of(), partial.getData());
    var list = maps.list(ns, new ListOptions().labelSelector("app=web").isPartialObjectMetadataListRequest(true));
    assertEquals("a", list.throwsApiException().getObject().getItems().get(0).getMetadata().getName());
    V1ConfigMap later = maps.getAsync(ns, "a", response -> {}).get(30, TimeUnit.SECONDS).getObject();
    assertEquals(made, later);

    var deployments = new GenericKubernetesApi<>(V1Deployment.class, V1DeploymentList.class, "apps", "v1", "deployments", CLIENT);
    V1Deployment web = deployment("web");
    web.getMetadata().setNamespace(ns);
    deployments.create(web).throwsApiException();
    DeleteOptions foreground = new DeleteOptions();
    foreground.setPropagationPolicy("Foreground");
    assertTrue(deployments.delete(ns, "web", foreground).isSuccess());
    eventually("the deployment goes", () -> deployments.get(ns, "web").getHttpStatusCode() == 404);
  }

  private static GetOptions asPartial() {
    GetOptions options = new GetOptions();
    options.setPartialObjectMetadataRequest(true);
    return options;
  }

  @Test
  void anObjectWithoutAClassIsCreatedPatchedAndDeleted() throws Exception {
    record Case(String group, String version, String plural, String body) {}
    List<Case> cases = List.of(
        new Case("", "v1", "configmaps", "{\"kind\":\"ConfigMap\",\"data\":{\"x\":\"1\"}}"),
        new Case("apps", "v1", "deployments", JSON.serialize(deployment("thing"))),
        new Case("networking.k8s.io", "v1", "networkpolicies", "{\"kind\":\"NetworkPolicy\",\"spec\":{\"podSelector\":{}}}"),
        new Case(Garden.GROUP, "v1", "gardens", "{\"kind\":\"Garden\",\"spec\":{\"beds\":2}}"),
        new Case("croft.lab", "v1", "services", "{\"kind\":\"Service\",\"spec\":{\"image\":\"web:1\"}}"));
    for (Case c : cases) {
      var api = new DynamicKubernetesApi(c.group, c.version, c.plural, CLIENT);
      DynamicKubernetesObject wanted = Dynamics.newFromJson(c.body);
      wanted.setApiVersion(c.group.isEmpty() ? c.version : c.group + "/" + c.version);
      wanted.setMetadata(new io.kubernetes.client.openapi.models.V1ObjectMeta().namespace(ns).name("thing"));
      DynamicKubernetesObject made = api.create(wanted).throwsApiException().getObject();
      assertEquals(wanted.getKind(), made.getKind());
      V1Patch note = new V1Patch("{\"metadata\":{\"annotations\":{\"note\":\"new\"}}}");
      var noted = api.patch(ns, "thing", V1Patch.PATCH_FORMAT_JSON_MERGE_PATCH, note).throwsApiException().getObject();
      assertEquals("new", noted.getMetadata().getAnnotations().get("note"));
      eventually("replaced", () -> {
        DynamicKubernetesObject read = api.get(ns, "thing").getObject();
        var metadata = read.getMetadata().labels(Map.of("a", "b"));
        read.setMetadata(metadata);
        var replaced = api.update(read);
        if (replaced.getHttpStatusCode() == 409) return false;  // its controller was faster
        return replaced.throwsApiException().getObject().getMetadata().getLabels().equals(Map.of("a", "b"));
      });
      var list = api.list(ns, new ListOptions().labelSelector("a=b")).throwsApiException().getObject();
      assertEquals(1, list.getItems().size(), c.plural);
      assertEquals(made.getKind() + "List", list.getKind());
      assertTrue(api.delete(ns, "thing").isSuccess());
      eventually(c.plural, () -> api.get(ns, "thing").getHttpStatusCode() == 404);
    }
  }

  @Test
  void aResourceClientFindsChangesAndWaits() throws Exception {
    var maps = ResourceClient.create(CLIENT, V1ConfigMap.class, V1ConfigMapList.class, "", "v1", "configmaps").inNamespace(ns);
    assertNull(maps.withName("a").get());
    V1ConfigMap wanted = configMap("a", Map.of("x", "1"));
    wanted.getMetadata().setNamespace(ns);
    maps.createOrReplace(wanted);
    maps.createOrReplace(wanted.data(Map.of("x", "2")));
    V1ConfigMap edited = maps.withName("a").edit(map -> map.data(Map.of("x", "3")));
    assertEquals(Map.of("x", "3"), edited.getData());
    assertEquals(Map.of("x", "3", "y", "4"), maps.withName("a").patch("{\"data\":{\"y\":\"4\"}}").getData());
    assertEquals(1, maps.withLabel("app", "web").withFieldSelector("metadata.name=a").list().getItems().size());
    assertTrue(maps.withLabel("app", "none").list().getItems().isEmpty());
    var done = maps.withName("a").waitUntilConditionAsync(map -> "5".equals(map.getData().get("z")), Duration.ofSeconds(30));
    maps.withName("a").patch("{\"data\":{\"z\":\"5\"}}");
    assertNotNull(done.get(30, TimeUnit.SECONDS));
    assertTrue(maps.withName("a").delete());
    maps.withName("a").waitUntilDeleted(Duration.ofSeconds(30));
    assertFalse(maps.withName("a").exists());
    assertFalse(maps.withName("a").delete());
  }
}
