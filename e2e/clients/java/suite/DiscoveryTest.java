package lab.croft.clients;

import static lab.croft.clients.Lab.CLIENT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kubernetes.client.Discovery;
import io.kubernetes.client.apimachinery.GroupVersionResource;
import io.kubernetes.client.extended.kubectl.Kubectl;
import io.kubernetes.client.openapi.apis.ApisApi;
import io.kubernetes.client.openapi.apis.VersionApi;
import io.kubernetes.client.openapi.models.V1APIGroup;
import io.kubernetes.client.openapi.models.V1Deployment;
import io.kubernetes.client.util.ModelMapper;
import io.kubernetes.client.util.generic.dynamic.DynamicKubernetesApi;
import io.kubernetes.client.util.generic.options.ListOptions;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What is served, found and listed; the client refuses replies with a field that it does not know, or without one. */
class DiscoveryTest {
  private static Map<String, Discovery.APIResource> found() throws Exception {
    Garden.post();
    return new Discovery(CLIENT).findAll().stream()
        .collect(Collectors.toMap(r -> r.getGroup() + "/" + r.getResourcePlural(), r -> r));
  }

  @Test
  void whatIsServedIsFound() throws Exception {
    assertEquals("1", new VersionApi(CLIENT).getCode().execute().getMajor());
    Map<String, Discovery.APIResource> found = found();
    var deployments = found.get("apps/deployments");
    assertEquals("Deployment", deployments.getKind());
    assertEquals(Set.of("scale", "status"), new HashSet<>(deployments.getSubResources()));
    assertEquals("v2", found.get("autoscaling/horizontalpodautoscalers").getPreferredVersion());
    assertTrue(found.get("/pods").getSubResources().containsAll(List.of("log", "exec", "eviction", "status")));
    var gardens = found.get(Garden.GROUP + "/gardens");
    assertEquals("garden", gardens.getResourceSingular());
    assertTrue(gardens.getNamespaced());
    assertEquals(Set.of("scale", "status"), new HashSet<>(gardens.getSubResources()));
    assertEquals(found.size(), Kubectl.apiResources().execute().size());
    List<String> groups = new ApisApi(CLIENT).getAPIVersions().execute().getGroups().stream().map(V1APIGroup::getName).toList();
    assertTrue(groups.containsAll(List.of("apps", "batch", "croft.lab", Garden.GROUP)), groups.toString());
  }

  @Test
  void classesAreMappedToWhatIsServed() throws Exception {
    ModelMapper.refresh(new Discovery(CLIENT), Duration.ZERO);
    assertEquals(new GroupVersionResource("apps", "v1", "deployments"), ModelMapper.getGroupVersionResourceByClass(V1Deployment.class));
    assertTrue(ModelMapper.isNamespaced(V1Deployment.class));
  }

  @Test
  void everyKindThatIsFoundCanBeListed() throws Exception {
    Set<String> answered = Set.of("bindings", "tokenreviews", "selfsubjectreviews", "selfsubjectaccessreviews",
        "selfsubjectrulesreviews", "localsubjectaccessreviews", "subjectaccessreviews");
    int listed = 0;
    for (var resource : found().values()) {
      if (answered.contains(resource.getResourcePlural())) continue;
      var api = new DynamicKubernetesApi(resource.getGroup(), resource.getPreferredVersion(), resource.getResourcePlural(), CLIENT);
      var list = api.list(new ListOptions().limit(3)).throwsApiException().getObject();
      assertEquals(resource.getKind() + "List", list.getKind());
      listed++;
    }
    assertTrue(listed > 40, "only " + listed);
  }

  /** Every object that a new lab has, read by the client's own strict classes. */
  @Test
  void whatALabHasFromTheStartIsReadByItsClasses() throws Exception {
    Lab.APPS.createNamespacedDeployment(Lab.namespace(), Lab.deployment("web")).execute();
    ModelMapper.refresh(new Discovery(CLIENT), Duration.ZERO);
    int read = 0;
    for (var resource : found().values()) {
      Class<?> list = ModelMapper.getApiTypeClass(resource.getGroup(), resource.getPreferredVersion(), resource.getKind() + "List");
      Class<?> item = ModelMapper.getApiTypeClass(resource.getGroup(), resource.getPreferredVersion(), resource.getKind());
      if (list == null || item == null) continue;
      var api = new DynamicKubernetesApi(resource.getGroup(), resource.getPreferredVersion(), resource.getResourcePlural(), CLIENT);
      var answer = api.list();
      if (answer.getHttpStatusCode() == 405 || answer.getHttpStatusCode() == 404) continue;  // only answered, never stored
      CLIENT.getJSON().getGson().fromJson(answer.throwsApiException().getObject().getRaw(), list);
      read++;
    }
    assertTrue(read > 30, "only " + read);
  }
}
