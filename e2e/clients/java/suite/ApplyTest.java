package lab.croft.clients;

import static lab.croft.clients.Lab.CLIENT;
import static lab.croft.clients.Lab.CORE;
import static lab.croft.clients.Lab.configMap;
import static lab.croft.clients.Lab.contains;
import static lab.croft.clients.Lab.refused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kubernetes.client.custom.V1Patch;
import io.kubernetes.client.openapi.models.V1ConfigMap;
import io.kubernetes.client.openapi.models.V1ConfigMapList;
import io.kubernetes.client.openapi.models.V1StatusCause;
import io.kubernetes.client.util.PatchUtils;
import io.kubernetes.client.util.ServerSideApply;
import io.kubernetes.client.util.generic.GenericKubernetesApi;
import io.kubernetes.client.util.generic.dynamic.DynamicKubernetesApi;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Server-side apply: who owns which field. */
class ApplyTest {
  private final GenericKubernetesApi<V1ConfigMap, V1ConfigMapList> api =
      new GenericKubernetesApi<>(V1ConfigMap.class, V1ConfigMapList.class, "", "v1", "configmaps", CLIENT);
  private String ns;

  @BeforeEach
  void makeNamespace() throws Exception {
    ns = Lab.namespace();
  }

  private V1ConfigMap wanted(Map<String, String> data) {
    V1ConfigMap map = configMap("a", data);
    map.getMetadata().setNamespace(ns);
    return map;
  }

  private V1ConfigMap apply(String manager, boolean force, Map<String, String> data) throws Exception {
    return ServerSideApply.apply(api, wanted(data), manager, force);
  }

  /** Read without a class, since those of the client leave the records of ownership out. */
  private List<String> managers() throws Exception {
    var read = new DynamicKubernetesApi("", "v1", "configmaps", CLIENT).get(ns, "a").throwsApiException().getObject();
    return read.getRaw().getAsJsonObject("metadata").getAsJsonArray("managedFields").asList().stream()
        .map(entry -> entry.getAsJsonObject().get("manager").getAsString()).sorted().toList();
  }

  @Test
  void aFieldOfAnotherManagerIsAConflictUnlessForced() throws Exception {
    apply("one", false, Map.of("a", "1", "b", "1"));
    apply("two", false, Map.of("b", "1"));
    assertEquals(List.of("one", "two"), managers());
    var status = refused(409, "Conflict", () -> PatchUtils.patch(V1ConfigMap.class,
        () -> CORE.patchNamespacedConfigMap("a", ns, new V1Patch(
            "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"data\":{\"a\":\"2\"}}")).fieldManager("two").buildCall(null),
        V1Patch.PATCH_FORMAT_APPLY_YAML, CLIENT));
    List<V1StatusCause> causes = status.getDetails().getCauses();
    assertEquals(1, causes.size());
    assertEquals("FieldManagerConflict", causes.get(0).getReason());
    assertEquals(".data.a", causes.get(0).getField());
    contains(causes.get(0).getMessage(), "\"one\"");

    assertEquals("2", apply("two", true, Map.of("a", "2", "b", "1")).getData().get("a"));
    // What its last owner no longer applies goes; what has another owner stays.
    assertEquals(Map.of("b", "1"), apply("two", false, Map.of()).getData());
  }

  @Test
  void aWriterThatDoesNotKnowOfOwnersTakesNothingFromThem() throws Exception {
    V1ConfigMap made = apply("one", false, Map.of("a", "1", "b", "1"));
    made.setData(Map.of("a", "1", "b", "2"));
    CORE.replaceNamespacedConfigMap("a", ns, made).fieldManager("writer").execute();
    assertEquals(List.of("one", "writer"), managers());
    // Its owner of old finds the changed field taken, and the other still its own.
    refused(409, "Conflict", () -> PatchUtils.patch(V1ConfigMap.class,
        () -> CORE.patchNamespacedConfigMap("a", ns, new V1Patch(
            "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"data\":{\"a\":\"1\",\"b\":\"1\"}}")).fieldManager("one").buildCall(null),
        V1Patch.PATCH_FORMAT_APPLY_YAML, CLIENT));
    assertEquals(Map.of("b", "2"), apply("one", false, Map.of("b", "2")).getData());
  }

  @Test
  void applyingTheSameAgainWritesNothing() throws Exception {
    V1ConfigMap made = apply("one", false, Map.of("a", "1"));
    assertEquals(made, apply("one", false, Map.of("a", "1")));
    V1ConfigMap dry = ServerSideApply.<V1ConfigMap, V1ConfigMapList>builder(CLIENT)
        .apiTypeClass(V1ConfigMap.class)
        .apiListTypeClass(V1ConfigMapList.class)
        .resource(wanted(Map.of("a", "2")))
        .fieldManager("one")
        .dryRun()
        .apply();
    assertEquals("2", dry.getData().get("a"));
    assertEquals(made, CORE.readNamespacedConfigMap("a", ns).execute());
  }

  @Test
  void aClassOfOnesOwnIsAppliedAndItsStatusLeftAlone() throws Exception {
    Garden.post();
    var gardens = Garden.api();
    Garden made = ServerSideApply.apply(gardens, new Garden(ns, "a", 2), "one");
    assertEquals("loam", made.spec.soil);
    assertNull(made.status);
    Garden more = new Garden(ns, "a", 3);
    assertTrue(gardens.patch(ns, "a", V1Patch.PATCH_FORMAT_JSON_MERGE_PATCH, new V1Patch("{\"spec\":{\"beds\":5}}")).isSuccess());
    var conflict = org.junit.jupiter.api.Assertions.assertThrows(
        io.kubernetes.client.openapi.ApiException.class, () -> ServerSideApply.apply(gardens, more, "one"));
    assertEquals(409, conflict.getCode());
    assertEquals(3, ServerSideApply.apply(gardens, more, "one", true).spec.beds);
  }
}
