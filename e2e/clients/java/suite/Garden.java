package lab.croft.clients;

import io.kubernetes.client.common.KubernetesListObject;
import io.kubernetes.client.common.KubernetesObject;
import io.kubernetes.client.openapi.apis.ApiextensionsV1Api;
import io.kubernetes.client.openapi.models.V1CustomResourceDefinition;
import io.kubernetes.client.openapi.models.V1ListMeta;
import io.kubernetes.client.openapi.models.V1ObjectMeta;
import io.kubernetes.client.util.Yaml;
import io.kubernetes.client.util.generic.GenericKubernetesApi;
import java.util.List;
import java.util.Objects;

/** An object of a kind of our own, as a program would write its class. */
final class Garden implements KubernetesObject {
  static final String GROUP = "java.example.com";
  static final String DEFINITION = """
      apiVersion: apiextensions.k8s.io/v1
      kind: CustomResourceDefinition
      metadata: {name: gardens.java.example.com}
      spec:
        group: java.example.com
        scope: Namespaced
        names: {plural: gardens, singular: garden, kind: Garden, listKind: GardenList, shortNames: [jgd]}
        versions:
        - name: v1
          served: true
          storage: true
          schema:
            openAPIV3Schema:
              type: object
              properties:
                spec:
                  type: object
                  required: [beds]
                  properties:
                    beds: {type: integer, minimum: 1}
                    soil: {type: string, default: loam, enum: [loam, clay, sand]}
                status:
                  type: object
                  properties: {beds: {type: integer}}
          subresources:
            status: {}
            scale: {specReplicasPath: .spec.beds, statusReplicasPath: .status.beds}
      """;

  static final class Spec {
    public Integer beds;
    public String soil;
  }

  static final class Status {
    public Integer beds;
  }

  static final class GardenList implements KubernetesListObject {
    private String apiVersion;
    private String kind;
    private V1ListMeta metadata;
    private List<Garden> items;

    @Override
    public V1ListMeta getMetadata() {
      return metadata;
    }

    @Override
    public List<Garden> getItems() {
      return items;
    }

    @Override
    public String getApiVersion() {
      return apiVersion;
    }

    @Override
    public String getKind() {
      return kind;
    }
  }

  private String apiVersion = GROUP + "/v1";
  private String kind = "Garden";
  private V1ObjectMeta metadata;
  public Spec spec = new Spec();
  public Status status;

  Garden(String namespace, String name, int beds) {
    metadata = new V1ObjectMeta().namespace(namespace).name(name).annotations(null).labels(null);
    spec.beds = beds;
  }

  @Override
  public V1ObjectMeta getMetadata() {
    return metadata;
  }

  @Override
  public String getApiVersion() {
    return apiVersion;
  }

  @Override
  public String getKind() {
    return kind;
  }

  public void setMetadata(V1ObjectMeta value) {
    metadata = value;
  }

  // The informer fills these in for the items of a list.
  public void setApiVersion(String value) {
    apiVersion = value;
  }

  public void setKind(String value) {
    kind = value;
  }

  static GenericKubernetesApi<Garden, GardenList> api() {
    return new GenericKubernetesApi<>(Garden.class, GardenList.class, GROUP, "v1", "gardens", Lab.CLIENT);
  }

  private static boolean posted;

  /** Posts the definition, once for all tests, and returns when the kind is established. */
  static synchronized void post() throws Exception {
    if (posted) return;
    ApiextensionsV1Api api = new ApiextensionsV1Api(Lab.CLIENT);
    // The client says each list and map of the schema, most of them empty.
    V1CustomResourceDefinition definition = (V1CustomResourceDefinition) Yaml.load(DEFINITION);
    api.createCustomResourceDefinition(definition).execute();
    Lab.eventually("the kind is established", () -> {
      var status = api.readCustomResourceDefinition("gardens.java.example.com").execute().getStatus();
      return status != null && status.getConditions() != null && status.getConditions().stream()
          .anyMatch(c -> Objects.equals(c.getType(), "Established") && Objects.equals(c.getStatus(), "True"));
    });
    posted = true;
  }
}
