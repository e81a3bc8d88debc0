package lab.croft.clients;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.kubernetes.client.openapi.ApiClient;
import io.kubernetes.client.openapi.ApiException;
import io.kubernetes.client.openapi.Configuration;
import io.kubernetes.client.openapi.JSON;
import io.kubernetes.client.openapi.apis.AppsV1Api;
import io.kubernetes.client.openapi.apis.CoreV1Api;
import io.kubernetes.client.openapi.models.V1ConfigMap;
import io.kubernetes.client.openapi.models.V1Container;
import io.kubernetes.client.openapi.models.V1Deployment;
import io.kubernetes.client.openapi.models.V1DeploymentSpec;
import io.kubernetes.client.openapi.models.V1LabelSelector;
import io.kubernetes.client.openapi.models.V1Namespace;
import io.kubernetes.client.openapi.models.V1ObjectMeta;
import io.kubernetes.client.openapi.models.V1PodSpec;
import io.kubernetes.client.openapi.models.V1PodTemplateSpec;
import io.kubernetes.client.openapi.models.V1Status;
import io.kubernetes.client.util.Config;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** What all tests share: the server that KUBECONFIG names, namespaces of their own, and objects. */
final class Lab {
  /** How long anything that the server does in the background may take. */
  static final Duration PATIENCE = Duration.ofSeconds(30);

  static final ApiClient CLIENT = client();
  static final CoreV1Api CORE = new CoreV1Api(CLIENT);
  static final AppsV1Api APPS = new AppsV1Api(CLIENT);
  static final Map<String, String> WEB = Map.of("app", "web");

  static {
    Configuration.setDefaultApiClient(CLIENT);
  }

  private Lab() {}

  /** What may be asked or done, and may fail as the client fails. */
  interface Action<T> {
    T run() throws Exception;
  }

  static ApiClient client() {
    try {
      return Config.defaultClient();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Makes a namespace for one test. */
  static String namespace() throws ApiException {
    V1ObjectMeta metadata = new V1ObjectMeta().generateName("java-");
    return CORE.createNamespace(new V1Namespace().metadata(metadata)).execute().getMetadata().getName();
  }

  static V1ConfigMap configMap(String name, Map<String, String> data) {
    // The client's empty lists and maps are said, too, and would be owned by whoever applies them.
    V1ObjectMeta metadata =
        new V1ObjectMeta().name(name).labels(WEB).annotations(null).finalizers(null).ownerReferences(null);
    return new V1ConfigMap().apiVersion("v1").kind("ConfigMap").metadata(metadata).data(data).binaryData(null);
  }

  static V1Deployment deployment(String name) {
    V1PodTemplateSpec template = new V1PodTemplateSpec()
        .metadata(new V1ObjectMeta().labels(WEB))
        .spec(new V1PodSpec().containers(List.of(new V1Container().name("web").image("web:1"))));
    return new V1Deployment()
        .apiVersion("apps/v1")
        .kind("Deployment")
        .metadata(new V1ObjectMeta().name(name).labels(WEB))
        .spec(new V1DeploymentSpec().selector(new V1LabelSelector().matchLabels(WEB)).template(template));
  }

  static String numbered(int i) {
    return "n%03d".formatted(i);
  }

  /** Expects an error of the API, and returns its status. */
  static V1Status refused(int code, String reason, Action<?> action) {
    ApiException error = assertThrows(ApiException.class, action::run);
    assertEquals(code, error.getCode(), error.getResponseBody());
    V1Status status = JSON.deserialize(error.getResponseBody(), V1Status.class);
    assertEquals(reason, status.getReason(), status.getMessage());
    assertEquals(code, status.getCode());
    return status;
  }

  /** Asks until it holds. */
  static void eventually(String what, Action<Boolean> holds) throws Exception {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!holds.run()) {
      if (System.nanoTime() > end) fail(what + ": not after " + PATIENCE);
      Thread.sleep(20);
    }
  }

  static void contains(String text, String part) {
    assertTrue(text.contains(part), text);
  }
}
