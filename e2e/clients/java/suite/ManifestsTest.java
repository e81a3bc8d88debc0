package lab.croft.clients;

import static lab.croft.clients.Lab.APPS;
import static lab.croft.clients.Lab.CLIENT;
import static lab.croft.clients.Lab.CORE;
import static lab.croft.clients.Lab.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.kubernetes.client.custom.Quantity;
import io.kubernetes.client.custom.V1Patch;
import io.kubernetes.client.extended.kubectl.Kubectl;
import io.kubernetes.client.extended.kubectl.exception.KubectlException;
import io.kubernetes.client.openapi.models.V1ConfigMap;
import io.kubernetes.client.openapi.models.V1Deployment;
import io.kubernetes.client.openapi.models.V1Ingress;
import io.kubernetes.client.openapi.models.V1Namespace;
import io.kubernetes.client.openapi.models.V1Node;
import io.kubernetes.client.openapi.models.V1ObjectMeta;
import io.kubernetes.client.openapi.models.V1Secret;
import io.kubernetes.client.openapi.models.V1Service;
import io.kubernetes.client.util.Yaml;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Manifests that the client loads and posts, and its helpers that are named as kubectl's verbs. */
class ManifestsTest {
  private static final String MANIFESTS = """
      apiVersion: v1
      kind: ConfigMap
      metadata: {name: settings}
      data: {greeting: hello}
      ---
      apiVersion: v1
      kind: Secret
      metadata: {name: key}
      data: {word: Y3JvZnQ=}
      ---
      apiVersion: v1
      kind: Service
      metadata: {name: web}
      spec:
        selector: {app: web}
        ports: [{port: 80, targetPort: http}]
      ---
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: web}
      spec:
        replicas: 2
        selector: {matchLabels: {app: web}}
        template:
          metadata: {labels: {app: web}}
          spec:
            containers:
            - name: web
              image: web:1
              ports: [{name: http, containerPort: 8080}]
              resources: {requests: {cpu: 100m, memory: 64Mi}}
              readinessProbe: {httpGet: {path: /, port: http}}
      ---
      apiVersion: networking.k8s.io/v1
      kind: Ingress
      metadata: {name: web}
      spec:
        rules:
        - host: web.example.com
          http:
            paths: [{path: /, pathType: Prefix, backend: {service: {name: web, port: {number: 80}}}}]
      """;

  private String ns;

  @BeforeEach
  void makeNamespace() throws Exception {
    ns = Lab.namespace();
  }

  @Test
  void manifestsAreLoadedPostedAndReadBack() throws Exception {
    List<Object> loaded = Yaml.loadAll(MANIFESTS);
    assertEquals(List.of(V1ConfigMap.class, V1Secret.class, V1Service.class, V1Deployment.class, V1Ingress.class),
        loaded.stream().map(Object::getClass).toList());
    CORE.createNamespacedConfigMap(ns, (V1ConfigMap) loaded.get(0)).execute();
    CORE.createNamespacedSecret(ns, (V1Secret) loaded.get(1)).execute();
    CORE.createNamespacedService(ns, (V1Service) loaded.get(2)).execute();
    APPS.createNamespacedDeployment(ns, (V1Deployment) loaded.get(3)).execute();
    var networking = new io.kubernetes.client.openapi.apis.NetworkingV1Api(CLIENT);
    networking.createNamespacedIngress(ns, (V1Ingress) loaded.get(4)).execute();

    assertEquals("croft", new String(CORE.readNamespacedSecret("key", ns).execute().getData().get("word")));
    V1Deployment web = APPS.readNamespacedDeployment("web", ns).execute();
    var container = web.getSpec().getTemplate().getSpec().getContainers().get(0);
    assertEquals(new Quantity("100m"), container.getResources().getRequests().get("cpu"));
    assertEquals("http", container.getReadinessProbe().getHttpGet().getPort().getStrValue());
    // What was read is dumped, loaded again, and is the same.
    assertEquals(web, Yaml.loadAs(Yaml.dump(web), V1Deployment.class));
    eventually("the deployment has its pods", () -> {
      var status = APPS.readNamespacedDeploymentStatus("web", ns).execute().getStatus();
      return status != null && Integer.valueOf(2).equals(status.getReplicas());
    });
    assertEquals(2, CORE.listNamespacedPod(ns).labelSelector("app=web").execute().getItems().size());
  }

  @Test
  void aManifestIsPostedByItsText() throws Exception {
    String text = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: text, namespace: %s}\ndata: {a: b}\n".formatted(ns);
    V1ConfigMap made = assertInstanceOf(V1ConfigMap.class, Yaml.createResource(CLIENT, text));
    assertEquals(Map.of("a", "b"), made.getData());
    assertThrows(io.kubernetes.client.openapi.ApiException.class, () -> Yaml.createResource(CLIENT, text));
  }

  @Test
  void helpersCreateApplyPatchLabelAndDelete() throws Exception {
    V1ConfigMap made = Kubectl.create(V1ConfigMap.class).namespace(ns).resource(Lab.configMap("a", Map.of("x", "1"))).execute();
    assertNotNull(made.getMetadata().getUid());
    Kubectl.label(V1ConfigMap.class).namespace(ns).name("a").addLabel("tier", "front").execute();
    Kubectl.annotate(V1ConfigMap.class).namespace(ns).name("a").addAnnotation("note", "new").execute();
    V1ConfigMap labelled = Kubectl.get(V1ConfigMap.class).namespace(ns).name("a").execute();
    assertEquals(Map.of("app", "web", "tier", "front"), labelled.getMetadata().getLabels());
    assertEquals("new", labelled.getMetadata().getAnnotations().get("note"));
    V1ConfigMap patched = Kubectl.patch(V1ConfigMap.class).namespace(ns).name("a")
        .patchType(V1Patch.PATCH_FORMAT_JSON_MERGE_PATCH).patchContent(new V1Patch("{\"data\":{\"x\":null}}")).execute();
    assertEquals(Map.of(), patched.getData());
    Kubectl.apply(V1ConfigMap.class).namespace(ns).resource(Lab.configMap("b", Map.of("x", "1"))).fieldManager("one").execute();
    assertThrows(KubectlException.class, () -> Kubectl.apply(V1ConfigMap.class).namespace(ns)
        .resource(Lab.configMap("b", Map.of("x", "2"))).fieldManager("two").execute());
    V1ConfigMap forced = Kubectl.apply(V1ConfigMap.class).namespace(ns).resource(Lab.configMap("b", Map.of("x", "2")))
        .fieldManager("two").forceConflict(true).execute();
    assertEquals("2", forced.getData().get("x"));
    assertFalse(Kubectl.get(V1ConfigMap.class).namespace(ns).execute().isEmpty());
    Kubectl.delete(V1ConfigMap.class).namespace(ns).name("b").execute();
    assertThrows(KubectlException.class, () -> Kubectl.delete(V1ConfigMap.class).namespace(ns).name("b").execute());
    Kubectl.delete(V1ConfigMap.class).namespace(ns).name("b").ignoreNotFound(true).execute();
  }

  @Test
  void helpersScaleADeploymentAndTellItsHistory() throws Exception {
    Kubectl.create(V1Deployment.class).namespace(ns).resource(Lab.deployment("web")).execute();
    assertEquals(3, Kubectl.scale(V1Deployment.class).namespace(ns).name("web").replicas(3).execute().getSpec().getReplicas());
    String image = "{\"spec\":{\"template\":{\"spec\":{\"containers\":[{\"name\":\"web\",\"image\":\"web:%d\"}]}}}}";
    for (int release : List.of(2, 3)) {
      eventually("a revision is rolled out", () ->
          Kubectl.rollout(V1Deployment.class).history().namespace(ns).name("web").execute().size() == release - 1);
      Kubectl.patch(V1Deployment.class).namespace(ns).name("web").patchType(V1Patch.PATCH_FORMAT_STRATEGIC_MERGE_PATCH)
          .patchContent(new V1Patch(image.formatted(release))).execute();
    }
    eventually("three revisions are known", () ->
        Kubectl.rollout(V1Deployment.class).history().namespace(ns).name("web").execute().size() == 3);
    var second = Kubectl.rollout(V1Deployment.class).history().namespace(ns).name("web").revision(2).execute();
    assertEquals("web:2", second.getSpec().getContainers().get(0).getImage());
  }

  @Test
  void helpersCordonAndTaintANode() throws Exception {
    CORE.createNode(new V1Node().metadata(new V1ObjectMeta().name("java-node"))).execute();
    assertEquals(true, Kubectl.cordon().name("java-node").execute().getSpec().getUnschedulable());
    // Its own controller taints a node that is silent, and may be faster.
    eventually("tainted", () -> {
      try {
        Kubectl.taint().name("java-node").addTaint("java", "test", "NoSchedule").execute();
        return true;
      } catch (KubectlException e) {
        return false;
      }
    });
    var taints = CORE.readNode("java-node").execute().getSpec().getTaints();
    assertEquals(1, taints.stream().filter(taint -> taint.getKey().equals("java")).count());
    Kubectl.drain().name("java-node").execute();
    assertNotEquals(true, Kubectl.uncordon().name("java-node").execute().getSpec().getUnschedulable());
    CORE.deleteNode("java-node").execute();
  }

  @Test
  void helpersOfKindsWithoutANamespace() throws Exception {
    V1Namespace made = Kubectl.create(V1Namespace.class)
        .resource(new V1Namespace().metadata(new V1ObjectMeta().name(ns + "-more"))).execute();
    assertEquals(ns + "-more", made.getMetadata().getName());
    Kubectl.label(V1Namespace.class).name(ns + "-more").addLabel("tier", "front").execute();
    Kubectl.delete(V1Namespace.class).name(ns + "-more").execute();
    eventually("it goes", () -> CORE.listNamespace().labelSelector("tier=front").execute().getItems().isEmpty());
  }
}
