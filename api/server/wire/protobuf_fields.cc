#include "api/server/wire/protobuf_fields.h"

// The wire numbers of Kubernetes' own kinds in their protobuf form, as release 1.33 has them.
namespace croft::server {

const char* const kProtobufRoots =
    "apps/v1/ControllerRevision apps.ControllerRevision\n"
    "apps/v1/DaemonSet apps.DaemonSet\n"
    "apps/v1/DeleteOptions meta.DeleteOptions\n"
    "apps/v1/Deployment apps.Deployment\n"
    "apps/v1/ReplicaSet apps.ReplicaSet\n"
    "apps/v1/StatefulSet apps.StatefulSet\n"
    "authentication.k8s.io/v1/SelfSubjectReview authn.SelfSubjectReview\n"
    "authentication.k8s.io/v1/TokenRequest authn.TokenRequest\n"
    "authentication.k8s.io/v1/TokenReview authn.TokenReview\n"
    "authorization.k8s.io/v1/LocalSubjectAccessReview authz.LocalSubjectAccessReview\n"
    "authorization.k8s.io/v1/SelfSubjectAccessReview authz.SelfSubjectAccessReview\n"
    "authorization.k8s.io/v1/SelfSubjectRulesReview authz.SelfSubjectRulesReview\n"
    "authorization.k8s.io/v1/SubjectAccessReview authz.SubjectAccessReview\n"
    "autoscaling/v1/DeleteOptions meta.DeleteOptions\n"
    "autoscaling/v1/HorizontalPodAutoscaler autoscaling1.HorizontalPodAutoscaler\n"
    "autoscaling/v1/Scale scale.Scale\n"
    "autoscaling/v2/DeleteOptions meta.DeleteOptions\n"
    "autoscaling/v2/HorizontalPodAutoscaler autoscaling2.HorizontalPodAutoscaler\n"
    "batch/v1/CronJob batch.CronJob\n"
    "batch/v1/DeleteOptions meta.DeleteOptions\n"
    "batch/v1/Job batch.Job\n"
    "certificates.k8s.io/v1/CertificateSigningRequest certs.CertificateSigningRequest\n"
    "certificates.k8s.io/v1/DeleteOptions meta.DeleteOptions\n"
    "coordination.k8s.io/v1/DeleteOptions meta.DeleteOptions\n"
    "coordination.k8s.io/v1/Lease coord.Lease\n"
    "discovery.k8s.io/v1/DeleteOptions meta.DeleteOptions\n"
    "discovery.k8s.io/v1/EndpointSlice disc.EndpointSlice\n"
    "events.k8s.io/v1/DeleteOptions meta.DeleteOptions\n"
    "events.k8s.io/v1/Event events.Event\n"
    "meta.k8s.io/v1/DeleteOptions meta.DeleteOptions\n"
    "networking.k8s.io/v1/DeleteOptions meta.DeleteOptions\n"
    "networking.k8s.io/v1/IPAddress net.IPAddress\n"
    "networking.k8s.io/v1/Ingress net.Ingress\n"
    "networking.k8s.io/v1/IngressClass net.IngressClass\n"
    "networking.k8s.io/v1/NetworkPolicy net.NetworkPolicy\n"
    "networking.k8s.io/v1/ServiceCIDR net.ServiceCIDR\n"
    "node.k8s.io/v1/DeleteOptions meta.DeleteOptions\n"
    "node.k8s.io/v1/RuntimeClass node.RuntimeClass\n"
    "policy/v1/DeleteOptions meta.DeleteOptions\n"
    "policy/v1/Eviction policy.Eviction\n"
    "policy/v1/PodDisruptionBudget policy.PodDisruptionBudget\n"
    "rbac.authorization.k8s.io/v1/ClusterRole rbac.ClusterRole\n"
    "rbac.authorization.k8s.io/v1/ClusterRoleBinding rbac.ClusterRoleBinding\n"
    "rbac.authorization.k8s.io/v1/DeleteOptions meta.DeleteOptions\n"
    "rbac.authorization.k8s.io/v1/Role rbac.Role\n"
    "rbac.authorization.k8s.io/v1/RoleBinding rbac.RoleBinding\n"
    "scheduling.k8s.io/v1/DeleteOptions meta.DeleteOptions\n"
    "scheduling.k8s.io/v1/PriorityClass scheduling.PriorityClass\n"
    "storage.k8s.io/v1/CSIDriver storage.CSIDriver\n"
    "storage.k8s.io/v1/CSINode storage.CSINode\n"
    "storage.k8s.io/v1/CSIStorageCapacity storage.CSIStorageCapacity\n"
    "storage.k8s.io/v1/DeleteOptions meta.DeleteOptions\n"
    "storage.k8s.io/v1/StorageClass storage.StorageClass\n"
    "storage.k8s.io/v1/VolumeAttachment storage.VolumeAttachment\n"
    "v1/Binding core.Binding\n"
    "v1/ConfigMap core.ConfigMap\n"
    "v1/DeleteOptions meta.DeleteOptions\n"
    "v1/Endpoints core.Endpoints\n"
    "v1/Event core.Event\n"
    "v1/LimitRange core.LimitRange\n"
    "v1/Namespace core.Namespace\n"
    "v1/Node core.Node\n"
    "v1/PersistentVolume core.PersistentVolume\n"
    "v1/PersistentVolumeClaim core.PersistentVolumeClaim\n"
    "v1/Pod core.Pod\n"
    "v1/PodTemplate core.PodTemplate\n"
    "v1/ReplicationController core.ReplicationController\n"
    "v1/ResourceQuota core.ResourceQuota\n"
    "v1/Secret core.Secret\n"
    "v1/Service core.Service\n"
    "v1/ServiceAccount core.ServiceAccount\n";

const char* const kProtobufMessages[] = {
    "apps.ControllerRevision: 1 metadata mmeta.ObjectMeta;, 2 data r, 3 revision !i",
    "apps.DaemonSet: 1 metadata mmeta.ObjectMeta;, 2 spec mapps.DaemonSetSpec;, 3 status "
    "mapps.DaemonSetStatus;",
    "apps.DaemonSetCondition: 1 type !s, 2 status !s, 3 lastTransitionTime t, 4 reason s, 5 message s",
    "apps.DaemonSetSpec: 1 selector ?mmeta.LabelSelector;, 2 template mcore.PodTemplateSpec;, 3 "
    "updateStrategy mapps.DaemonSetUpdateStrategy;, 4 minReadySeconds i, 6 revisionHistoryLimit ?i",
    "apps.DaemonSetStatus: 1 currentNumberScheduled !i, 2 numberMisscheduled !i, 3 desiredNumberScheduled !i, "
    "4 numberReady !i, 5 observedGeneration i, 6 updatedNumberScheduled i, 7 numberAvailable i, 8 "
    "numberUnavailable i, 9 collisionCount ?i, 10 conditions *mapps.DaemonSetCondition;",
    "apps.DaemonSetUpdateStrategy: 1 type s, 2 rollingUpdate ?mapps.RollingUpdateDaemonSet;",
    "apps.Deployment: 1 metadata mmeta.ObjectMeta;, 2 spec mapps.DeploymentSpec;, 3 status "
    "mapps.DeploymentStatus;",
    "apps.DeploymentCondition: 1 type !s, 2 status !s, 6 lastUpdateTime t, 7 lastTransitionTime t, 4 reason "
    "s, 5 message s",
    "apps.DeploymentSpec: 1 replicas ?i, 2 selector ?mmeta.LabelSelector;, 3 template mcore.PodTemplateSpec;, "
    "4 strategy mapps.DeploymentStrategy;, 5 minReadySeconds i, 6 revisionHistoryLimit ?i, 7 paused b, 9 "
    "progressDeadlineSeconds ?i",
    "apps.DeploymentStatus: 1 observedGeneration i, 2 replicas i, 3 updatedReplicas i, 7 readyReplicas i, 4 "
    "availableReplicas i, 5 unavailableReplicas i, 9 terminatingReplicas ?i, 6 conditions "
    "*mapps.DeploymentCondition;, 8 collisionCount ?i",
    "apps.DeploymentStrategy: 1 type s, 2 rollingUpdate ?mapps.RollingUpdateDeployment;",
    "apps.ReplicaSet: 1 metadata mmeta.ObjectMeta;, 2 spec mapps.ReplicaSetSpec;, 3 status "
    "mapps.ReplicaSetStatus;",
    "apps.ReplicaSetCondition: 1 type !s, 2 status !s, 3 lastTransitionTime t, 4 reason s, 5 message s",
    "apps.ReplicaSetSpec: 1 replicas ?i, 4 minReadySeconds i, 2 selector ?mmeta.LabelSelector;, 3 template "
    "mcore.PodTemplateSpec;",
    "apps.ReplicaSetStatus: 1 replicas !i, 2 fullyLabeledReplicas i, 4 readyReplicas i, 5 availableReplicas "
    "i, 7 terminatingReplicas ?i, 3 observedGeneration i, 6 conditions *mapps.ReplicaSetCondition;",
    "apps.RollingUpdateDaemonSet: 1 maxUnavailable ?o, 2 maxSurge ?o",
    "apps.RollingUpdateDeployment: 1 maxUnavailable ?o, 2 maxSurge ?o",
    "apps.RollingUpdateStatefulSetStrategy: 1 partition ?i, 2 maxUnavailable ?o",
    "apps.StatefulSet: 1 metadata mmeta.ObjectMeta;, 2 spec mapps.StatefulSetSpec;, 3 status "
    "mapps.StatefulSetStatus;",
    "apps.StatefulSetCondition: 1 type !s, 2 status !s, 3 lastTransitionTime t, 4 reason s, 5 message s",
    "apps.StatefulSetOrdinals: 1 start !i",
    "apps.StatefulSetPersistentVolumeClaimRetentionPolicy: 1 whenDeleted s, 2 whenScaled s",
    "apps.StatefulSetSpec: 1 replicas ?i, 2 selector ?mmeta.LabelSelector;, 3 template "
    "mcore.PodTemplateSpec;, 4 volumeClaimTemplates *mcore.PersistentVolumeClaim;, 5 serviceName !s, 6 "
    "podManagementPolicy s, 7 updateStrategy mapps.StatefulSetUpdateStrategy;, 8 revisionHistoryLimit ?i, 9 "
    "minReadySeconds i, 10 persistentVolumeClaimRetentionPolicy "
    "?mapps.StatefulSetPersistentVolumeClaimRetentionPolicy;, 11 ordinals ?mapps.StatefulSetOrdinals;",
    "apps.StatefulSetStatus: 1 observedGeneration i, 2 replicas !i, 3 readyReplicas i, 4 currentReplicas i, 5 "
    "updatedReplicas i, 6 currentRevision s, 7 updateRevision s, 9 collisionCount ?i, 10 conditions "
    "*mapps.StatefulSetCondition;, 11 availableReplicas !i",
    "apps.StatefulSetUpdateStrategy: 1 type s, 2 rollingUpdate ?mapps.RollingUpdateStatefulSetStrategy;",
    "authn.BoundObjectReference: 1 kind s, 2 apiVersion s, 3 name s, 4 uid s",
    "authn.SelfSubjectReview: 1 metadata mmeta.ObjectMeta;, 2 status mauthn.SelfSubjectReviewStatus;",
    "authn.SelfSubjectReviewStatus: 1 userInfo mauthn.UserInfo;",
    "authn.TokenRequest: 1 metadata mmeta.ObjectMeta;, 2 spec mauthn.TokenRequestSpec;, 3 status "
    "mauthn.TokenRequestStatus;",
    "authn.TokenRequestSpec: 1 audiences *s, 4 expirationSeconds ?i, 3 boundObjectRef "
    "?mauthn.BoundObjectReference;",
    "authn.TokenRequestStatus: 1 token !s, 2 expirationTimestamp t",
    "authn.TokenReview: 1 metadata mmeta.ObjectMeta;, 2 spec mauthn.TokenReviewSpec;, 3 status "
    "mauthn.TokenReviewStatus;",
    "authn.TokenReviewSpec: 1 token s, 2 audiences *s",
    "authn.TokenReviewStatus: 1 authenticated b, 2 user mauthn.UserInfo;, 4 audiences *s, 3 error s",
    "authn.UserInfo: 1 username s, 2 uid s, 3 groups *s, 4 extra Mv",
    "authz.FieldSelectorAttributes: 1 rawSelector s, 2 requirements *mmeta.FieldSelectorRequirement;",
    "authz.LabelSelectorAttributes: 1 rawSelector s, 2 requirements *mmeta.LabelSelectorRequirement;",
    "authz.LocalSubjectAccessReview: 1 metadata mmeta.ObjectMeta;, 2 spec mauthz.SubjectAccessReviewSpec;, 3 "
    "status mauthz.SubjectAccessReviewStatus;",
    "authz.NonResourceAttributes: 1 path s, 2 verb s",
    "authz.NonResourceRule: 1 verbs *s, 2 nonResourceURLs *s",
    "authz.ResourceAttributes: 1 namespace s, 2 verb s, 3 group s, 4 version s, 5 resource s, 6 subresource "
    "s, 7 name s, 8 fieldSelector ?mauthz.FieldSelectorAttributes;, 9 labelSelector "
    "?mauthz.LabelSelectorAttributes;",
    "authz.ResourceRule: 1 verbs *s, 2 apiGroups *s, 3 resources *s, 4 resourceNames *s",
    "authz.SelfSubjectAccessReview: 1 metadata mmeta.ObjectMeta;, 2 spec mauthz.SelfSubjectAccessReviewSpec;, "
    "3 status mauthz.SubjectAccessReviewStatus;",
    "authz.SelfSubjectAccessReviewSpec: 1 resourceAttributes ?mauthz.ResourceAttributes;, 2 "
    "nonResourceAttributes ?mauthz.NonResourceAttributes;",
    "authz.SelfSubjectRulesReview: 1 metadata mmeta.ObjectMeta;, 2 spec mauthz.SelfSubjectRulesReviewSpec;, 3 "
    "status mauthz.SubjectRulesReviewStatus;",
    "authz.SelfSubjectRulesReviewSpec: 1 namespace s",
    "authz.SubjectAccessReview: 1 metadata mmeta.ObjectMeta;, 2 spec mauthz.SubjectAccessReviewSpec;, 3 "
    "status mauthz.SubjectAccessReviewStatus;",
    "authz.SubjectAccessReviewSpec: 1 resourceAttributes ?mauthz.ResourceAttributes;, 2 nonResourceAttributes "
    "?mauthz.NonResourceAttributes;, 3 user s, 4 groups *s, 5 extra Mv, 6 uid s",
    "authz.SubjectAccessReviewStatus: 1 allowed !b, 4 denied b, 2 reason s, 3 evaluationError s",
    "authz.SubjectRulesReviewStatus: 1 resourceRules *mauthz.ResourceRule;, 2 nonResourceRules "
    "*mauthz.NonResourceRule;, 3 incomplete !b, 4 evaluationError s",
    "batch.CronJob: 1 metadata mmeta.ObjectMeta;, 2 spec mbatch.CronJobSpec;, 3 status mbatch.CronJobStatus;",
    "batch.CronJobSpec: 1 schedule !s, 8 timeZone ?s, 2 startingDeadlineSeconds ?i, 3 concurrencyPolicy s, 4 "
    "suspend ?b, 5 jobTemplate mbatch.JobTemplateSpec;, 6 successfulJobsHistoryLimit ?i, 7 "
    "failedJobsHistoryLimit ?i",
    "batch.CronJobStatus: 1 active *mcore.ObjectReference;, 4 lastScheduleTime ?t, 5 lastSuccessfulTime ?t",
    "batch.Job: 1 metadata mmeta.ObjectMeta;, 2 spec mbatch.JobSpec;, 3 status mbatch.JobStatus;",
    "batch.JobCondition: 1 type !s, 2 status !s, 3 lastProbeTime t, 4 lastTransitionTime t, 5 reason s, 6 "
    "message s",
    "batch.JobSpec: 1 parallelism ?i, 2 completions ?i, 3 activeDeadlineSeconds ?i, 11 podFailurePolicy "
    "?mbatch.PodFailurePolicy;, 16 successPolicy ?mbatch.SuccessPolicy;, 7 backoffLimit ?i, 12 "
    "backoffLimitPerIndex ?i, 13 maxFailedIndexes ?i, 4 selector ?mmeta.LabelSelector;, 5 manualSelector ?b, "
    "6 template mcore.PodTemplateSpec;, 8 ttlSecondsAfterFinished ?i, 9 completionMode ?s, 10 suspend ?b, 14 "
    "podReplacementPolicy ?s, 15 managedBy ?s",
    "batch.JobStatus: 1 conditions *mbatch.JobCondition;, 2 startTime ?t, 3 completionTime ?t, 4 active i, 5 "
    "succeeded i, 6 failed i, 11 terminating ?i, 7 completedIndexes s, 10 failedIndexes ?s, 8 "
    "uncountedTerminatedPods ?mbatch.UncountedTerminatedPods;, 9 ready ?i",
    "batch.JobTemplateSpec: 1 metadata mmeta.ObjectMeta;, 2 spec mbatch.JobSpec;",
    "batch.PodFailurePolicy: 1 rules *mbatch.PodFailurePolicyRule;",
    "batch.PodFailurePolicyOnExitCodesRequirement: 1 containerName ?s, 2 operator !s, 3 values *i",
    "batch.PodFailurePolicyOnPodConditionsPattern: 1 type !s, 2 status !s",
    "batch.PodFailurePolicyRule: 1 action !s, 2 onExitCodes ?mbatch.PodFailurePolicyOnExitCodesRequirement;, "
    "3 onPodConditions *mbatch.PodFailurePolicyOnPodConditionsPattern;",
    "batch.SuccessPolicy: 1 rules *mbatch.SuccessPolicyRule;",
    "batch.SuccessPolicyRule: 1 succeededIndexes ?s, 2 succeededCount ?i",
    "batch.UncountedTerminatedPods: 1 succeeded *s, 2 failed *s",
    "certs.CertificateSigningRequest: 1 metadata mmeta.ObjectMeta;, 2 spec mcerts.CertificateSigningRequestSpec;, "
    "3 status mcerts.CertificateSigningRequestStatus;",
    "certs.CertificateSigningRequestCondition: 1 type !s, 6 status !s, 2 reason s, 3 message s, 4 lastUpdateTime t, "
    "5 lastTransitionTime t",
    "certs.CertificateSigningRequestSpec: 1 request !y, 7 signerName !s, 8 expirationSeconds ?i, 5 usages *s, 2 "
    "username s, 3 uid s, 4 groups *s, 6 extra Mv",
    "certs.CertificateSigningRequestStatus: 1 conditions *mcerts.CertificateSigningRequestCondition;, 2 certificate y",
    "coord.Lease: 1 metadata mmeta.ObjectMeta;, 2 spec mcoord.LeaseSpec;",
    "coord.LeaseSpec: 1 holderIdentity ?s, 2 leaseDurationSeconds ?i, 3 acquireTime ?T, 4 renewTime ?T, 5 "
    "leaseTransitions ?i, 6 strategy ?s, 7 preferredHolder ?s",
    "core.AWSElasticBlockStoreVolumeSource: 1 volumeID !s, 2 fsType s, 3 partition i, 4 readOnly b",
    "core.Affinity: 1 nodeAffinity ?mcore.NodeAffinity;, 2 podAffinity ?mcore.PodAffinity;, 3 podAntiAffinity "
    "?mcore.PodAntiAffinity;",
    "core.AppArmorProfile: 1 type !s, 2 localhostProfile ?s",
    "core.AttachedVolume: 1 name !s, 2 devicePath !s",
    "core.AzureDiskVolumeSource: 1 diskName !s, 2 diskURI !s, 3 cachingMode ?s, 4 fsType ?s, 5 readOnly ?b, 6 "
    "kind ?s",
    "core.AzureFilePersistentVolumeSource: 1 secretName !s, 2 shareName !s, 3 readOnly b, 4 secretNamespace ?s",
    "core.AzureFileVolumeSource: 1 secretName !s, 2 shareName !s, 3 readOnly b",
    "core.Binding: 1 metadata mmeta.ObjectMeta;, 2 target mcore.ObjectReference;",
    "core.CSIPersistentVolumeSource: 1 driver !s, 2 volumeHandle !s, 3 readOnly b, 4 fsType s, 5 "
    "volumeAttributes Ms, 6 controllerPublishSecretRef ?mcore.SecretReference;, 7 nodeStageSecretRef "
    "?mcore.SecretReference;, 8 nodePublishSecretRef ?mcore.SecretReference;, 9 controllerExpandSecretRef "
    "?mcore.SecretReference;, 10 nodeExpandSecretRef ?mcore.SecretReference;",
    "core.CSIVolumeSource: 1 driver !s, 2 readOnly ?b, 3 fsType ?s, 4 volumeAttributes Ms, 5 "
    "nodePublishSecretRef ?mcore.LocalObjectReference;",
    "core.Capabilities: 1 add *s, 2 drop *s",
    "core.CephFSPersistentVolumeSource: 1 monitors *s, 2 path s, 3 user s, 4 secretFile s, 5 secretRef "
    "?mcore.SecretReference;, 6 readOnly b",
    "core.CephFSVolumeSource: 1 monitors *s, 2 path s, 3 user s, 4 secretFile s, 5 secretRef "
    "?mcore.LocalObjectReference;, 6 readOnly b",
    "core.CinderPersistentVolumeSource: 1 volumeID !s, 2 fsType s, 3 readOnly b, 4 secretRef "
    "?mcore.SecretReference;",
    "core.CinderVolumeSource: 1 volumeID !s, 2 fsType s, 3 readOnly b, 4 secretRef "
    "?mcore.LocalObjectReference;",
    "core.ClientIPConfig: 1 timeoutSeconds ?i",
    "core.ClusterTrustBundleProjection: 1 name ?s, 2 signerName ?s, 3 labelSelector ?mmeta.LabelSelector;, 5 "
    "optional ?b, 4 path !s",
    "core.ConfigMap: 1 metadata mmeta.ObjectMeta;, 4 immutable ?b, 2 data Ms, 3 binaryData My",
    "core.ConfigMapEnvSource: 1 - ~mcore.LocalObjectReference;, 2 optional ?b",
    "core.ConfigMapKeySelector: 1 - ~mcore.LocalObjectReference;, 2 key !s, 3 optional ?b",
    "core.ConfigMapNodeConfigSource: 1 namespace !s, 2 name !s, 3 uid s, 4 resourceVersion s, 5 "
    "kubeletConfigKey !s",
    "core.ConfigMapProjection: 1 - ~mcore.LocalObjectReference;, 2 items *mcore.KeyToPath;, 4 optional ?b",
    "core.ConfigMapVolumeSource: 1 - ~mcore.LocalObjectReference;, 2 items *mcore.KeyToPath;, 3 defaultMode "
    "?i, 4 optional ?b",
    "core.Container: 1 name !s, 2 image s, 3 command *s, 4 args *s, 5 workingDir s, 6 ports "
    "*mcore.ContainerPort;, 19 envFrom *mcore.EnvFromSource;, 7 env *mcore.EnvVar;, 8 resources "
    "mcore.ResourceRequirements;, 23 resizePolicy *mcore.ContainerResizePolicy;, 24 restartPolicy ?s, 9 "
    "volumeMounts *mcore.VolumeMount;, 21 volumeDevices *mcore.VolumeDevice;, 10 livenessProbe ?mcore.Probe;, "
    "11 readinessProbe ?mcore.Probe;, 22 startupProbe ?mcore.Probe;, 12 lifecycle ?mcore.Lifecycle;, 13 "
    "terminationMessagePath s, 20 terminationMessagePolicy s, 14 imagePullPolicy s, 15 securityContext "
    "?mcore.SecurityContext;, 16 stdin b, 17 stdinOnce b, 18 tty b",
    "core.ContainerImage: 1 names *s, 2 sizeBytes i",
    "core.ContainerPort: 1 name s, 2 hostPort i, 3 containerPort !i, 4 protocol s, 5 hostIP s",
    "core.ContainerResizePolicy: 1 resourceName !s, 2 restartPolicy !s",
    "core.ContainerState: 1 waiting ?mcore.ContainerStateWaiting;, 2 running ?mcore.ContainerStateRunning;, 3 "
    "terminated ?mcore.ContainerStateTerminated;",
    "core.ContainerStateRunning: 1 startedAt t",
    "core.ContainerStateTerminated: 1 exitCode !i, 2 signal i, 3 reason s, 4 message s, 5 startedAt t, 6 "
    "finishedAt t, 7 containerID s",
    "core.ContainerStateWaiting: 1 reason s, 2 message s",
    "core.ContainerStatus: 1 name !s, 2 state mcore.ContainerState;, 3 lastState mcore.ContainerState;, 4 "
    "ready !b, 5 restartCount !i, 6 image !s, 7 imageID !s, 8 containerID s, 9 started ?b, 10 "
    "allocatedResources Mq, 11 resources ?mcore.ResourceRequirements;, 12 volumeMounts "
    "*mcore.VolumeMountStatus;, 13 user ?mcore.ContainerUser;, 14 allocatedResourcesStatus "
    "*mcore.ResourceStatus;, 15 stopSignal ?s",
    "core.ContainerUser: 1 linux ?mcore.LinuxContainerUser;",
    "core.DaemonEndpoint: 1 Port !i",
    "core.DownwardAPIProjection: 1 items *mcore.DownwardAPIVolumeFile;",
    "core.DownwardAPIVolumeFile: 1 path !s, 2 fieldRef ?mcore.ObjectFieldSelector;, 3 resourceFieldRef "
    "?mcore.ResourceFieldSelector;, 4 mode ?i",
    "core.DownwardAPIVolumeSource: 1 items *mcore.DownwardAPIVolumeFile;, 2 defaultMode ?i",
    "core.EmptyDirVolumeSource: 1 medium s, 2 sizeLimit ?q",
    "core.EndpointAddress: 1 ip !s, 3 hostname s, 4 nodeName ?s, 2 targetRef ?mcore.ObjectReference;",
    "core.EndpointPort: 1 name s, 2 port !i, 3 protocol s, 4 appProtocol ?s",
    "core.EndpointSubset: 1 addresses *mcore.EndpointAddress;, 2 notReadyAddresses *mcore.EndpointAddress;, 3 "
    "ports *mcore.EndpointPort;",
    "core.Endpoints: 1 metadata mmeta.ObjectMeta;, 2 subsets *mcore.EndpointSubset;",
    "core.EnvFromSource: 1 prefix s, 2 configMapRef ?mcore.ConfigMapEnvSource;, 3 secretRef "
    "?mcore.SecretEnvSource;",
    "core.EnvVar: 1 name !s, 2 value s, 3 valueFrom ?mcore.EnvVarSource;",
    "core.EnvVarSource: 1 fieldRef ?mcore.ObjectFieldSelector;, 2 resourceFieldRef "
    "?mcore.ResourceFieldSelector;, 3 configMapKeyRef ?mcore.ConfigMapKeySelector;, 4 secretKeyRef "
    "?mcore.SecretKeySelector;",
    "core.EphemeralContainer: 1 - ~mcore.EphemeralContainerCommon;, 2 targetContainerName s",
    "core.EphemeralContainerCommon: 1 name !s, 2 image s, 3 command *s, 4 args *s, 5 workingDir s, 6 ports "
    "*mcore.ContainerPort;, 19 envFrom *mcore.EnvFromSource;, 7 env *mcore.EnvVar;, 8 resources "
    "mcore.ResourceRequirements;, 23 resizePolicy *mcore.ContainerResizePolicy;, 24 restartPolicy ?s, 9 "
    "volumeMounts *mcore.VolumeMount;, 21 volumeDevices *mcore.VolumeDevice;, 10 livenessProbe ?mcore.Probe;, "
    "11 readinessProbe ?mcore.Probe;, 22 startupProbe ?mcore.Probe;, 12 lifecycle ?mcore.Lifecycle;, 13 "
    "terminationMessagePath s, 20 terminationMessagePolicy s, 14 imagePullPolicy s, 15 securityContext "
    "?mcore.SecurityContext;, 16 stdin b, 17 stdinOnce b, 18 tty b",
    "core.EphemeralVolumeSource: 1 volumeClaimTemplate ?mcore.PersistentVolumeClaimTemplate;",
    "core.Event: 1 metadata mmeta.ObjectMeta;, 2 involvedObject mcore.ObjectReference;, 3 reason s, 4 message "
    "s, 5 source mcore.EventSource;, 6 firstTimestamp t, 7 lastTimestamp t, 8 count i, 9 type s, 10 eventTime "
    "T, 11 series ?mcore.EventSeries;, 12 action s, 13 related ?mcore.ObjectReference;, 14 reportingComponent "
    "!s, 15 reportingInstance !s",
    "core.EventSeries: 1 count i, 2 lastObservedTime T",
    "core.EventSource: 1 component s, 2 host s",
    "core.ExecAction: 1 command *s",
    "core.FCVolumeSource: 1 targetWWNs *s, 2 lun ?i, 3 fsType s, 4 readOnly b, 5 wwids *s",
    "core.FlexPersistentVolumeSource: 1 driver !s, 2 fsType s, 3 secretRef ?mcore.SecretReference;, 4 "
    "readOnly b, 5 options Ms",
    "core.FlexVolumeSource: 1 driver !s, 2 fsType s, 3 secretRef ?mcore.LocalObjectReference;, 4 readOnly b, "
    "5 options Ms",
    "core.FlockerVolumeSource: 1 datasetName s, 2 datasetUUID s",
    "core.GCEPersistentDiskVolumeSource: 1 pdName !s, 2 fsType s, 3 partition i, 4 readOnly b",
    "core.GRPCAction: 1 port !i, 2 service ?s",
    "core.GitRepoVolumeSource: 1 repository !s, 2 revision s, 3 directory s",
    "core.GlusterfsPersistentVolumeSource: 1 endpoints !s, 2 path !s, 3 readOnly b, 4 endpointsNamespace ?s",
    "core.GlusterfsVolumeSource: 1 endpoints !s, 2 path !s, 3 readOnly b",
    "core.HTTPGetAction: 1 path s, 2 port o, 3 host s, 4 scheme s, 5 httpHeaders *mcore.HTTPHeader;",
    "core.HTTPHeader: 1 name !s, 2 value !s",
    "core.HostAlias: 1 ip !s, 2 hostnames *s",
    "core.HostIP: 1 ip !s",
    "core.HostPathVolumeSource: 1 path !s, 2 type ?s",
    "core.ISCSIPersistentVolumeSource: 1 targetPortal !s, 2 iqn !s, 3 lun !i, 4 iscsiInterface s, 5 fsType s, "
    "6 readOnly b, 7 portals *s, 8 chapAuthDiscovery b, 11 chapAuthSession b, 10 secretRef "
    "?mcore.SecretReference;, 12 initiatorName ?s",
    "core.ISCSIVolumeSource: 1 targetPortal !s, 2 iqn !s, 3 lun !i, 4 iscsiInterface s, 5 fsType s, 6 "
    "readOnly b, 7 portals *s, 8 chapAuthDiscovery b, 11 chapAuthSession b, 10 secretRef "
    "?mcore.LocalObjectReference;, 12 initiatorName ?s",
    "core.ImageVolumeSource: 1 reference s, 2 pullPolicy s",
    "core.KeyToPath: 1 key !s, 2 path !s, 3 mode ?i",
    "core.Lifecycle: 1 postStart ?mcore.LifecycleHandler;, 2 preStop ?mcore.LifecycleHandler;, 3 stopSignal ?s",
    "core.LifecycleHandler: 1 exec ?mcore.ExecAction;, 2 httpGet ?mcore.HTTPGetAction;, 3 tcpSocket "
    "?mcore.TCPSocketAction;, 4 sleep ?mcore.SleepAction;",
    "core.LinuxContainerUser: 1 uid !i, 2 gid !i, 3 supplementalGroups *i",
    "core.LoadBalancerIngress: 1 ip s, 2 hostname s, 3 ipMode ?s, 4 ports *mcore.PortStatus;",
    "core.LoadBalancerStatus: 1 ingress *mcore.LoadBalancerIngress;",
    "core.LocalObjectReference: 1 name s",
    "core.LocalVolumeSource: 1 path !s, 2 fsType ?s",
    "core.ModifyVolumeStatus: 1 targetVolumeAttributesClassName s, 2 status !s",
    "core.NFSVolumeSource: 1 server !s, 2 path !s, 3 readOnly b",
    "core.Namespace: 1 metadata mmeta.ObjectMeta;, 2 spec mcore.NamespaceSpec;, 3 status "
    "mcore.NamespaceStatus;",
    "core.NamespaceCondition: 1 type !s, 2 status !s, 4 lastTransitionTime t, 5 reason s, 6 message s",
    "core.NamespaceSpec: 1 finalizers *s",
    "core.NamespaceStatus: 1 phase s, 2 conditions *mcore.NamespaceCondition;",
    "core.Node: 1 metadata mmeta.ObjectMeta;, 2 spec mcore.NodeSpec;, 3 status mcore.NodeStatus;",
    "core.NodeAddress: 1 type !s, 2 address !s",
    "core.NodeAffinity: 1 requiredDuringSchedulingIgnoredDuringExecution ?mcore.NodeSelector;, 2 "
    "preferredDuringSchedulingIgnoredDuringExecution *mcore.PreferredSchedulingTerm;",
    "core.NodeCondition: 1 type !s, 2 status !s, 3 lastHeartbeatTime t, 4 lastTransitionTime t, 5 reason s, 6 "
    "message s",
    "core.NodeConfigSource: 2 configMap ?mcore.ConfigMapNodeConfigSource;",
    "core.NodeConfigStatus: 1 assigned ?mcore.NodeConfigSource;, 2 active ?mcore.NodeConfigSource;, 3 "
    "lastKnownGood ?mcore.NodeConfigSource;, 4 error s",
    "core.NodeDaemonEndpoints: 1 kubeletEndpoint mcore.DaemonEndpoint;",
    "core.NodeFeatures: 1 supplementalGroupsPolicy ?b",
    "core.NodeRuntimeHandler: 1 name !s, 2 features ?mcore.NodeRuntimeHandlerFeatures;",
    "core.NodeRuntimeHandlerFeatures: 1 recursiveReadOnlyMounts ?b, 2 userNamespaces ?b",
    "core.NodeSelector: 1 nodeSelectorTerms *mcore.NodeSelectorTerm;",
    "core.NodeSelectorRequirement: 1 key !s, 2 operator !s, 3 values *s",
    "core.NodeSelectorTerm: 1 matchExpressions *mcore.NodeSelectorRequirement;, 2 matchFields "
    "*mcore.NodeSelectorRequirement;",
    "core.NodeSpec: 1 podCIDR s, 7 podCIDRs *s, 3 providerID s, 4 unschedulable b, 5 taints *mcore.Taint;, 6 "
    "configSource ?mcore.NodeConfigSource;, 2 externalID s",
    "core.NodeStatus: 1 capacity Mq, 2 allocatable Mq, 3 phase s, 4 conditions *mcore.NodeCondition;, 5 "
    "addresses *mcore.NodeAddress;, 6 daemonEndpoints mcore.NodeDaemonEndpoints;, 7 nodeInfo "
    "mcore.NodeSystemInfo;, 8 images *mcore.ContainerImage;, 9 volumesInUse *s, 10 volumesAttached "
    "*mcore.AttachedVolume;, 11 config ?mcore.NodeConfigStatus;, 12 runtimeHandlers "
    "*mcore.NodeRuntimeHandler;, 13 features ?mcore.NodeFeatures;",
    "core.NodeSwapStatus: 1 capacity ?i",
    "core.NodeSystemInfo: 1 machineID !s, 2 systemUUID !s, 3 bootID !s, 4 kernelVersion !s, 5 osImage !s, 6 "
    "containerRuntimeVersion !s, 7 kubeletVersion !s, 8 kubeProxyVersion !s, 9 operatingSystem !s, 10 "
    "architecture !s, 11 swap ?mcore.NodeSwapStatus;",
    "core.ObjectFieldSelector: 1 apiVersion s, 2 fieldPath !s",
    "core.ObjectReference: 1 kind s, 2 namespace s, 3 name s, 4 uid s, 5 apiVersion s, 6 resourceVersion s, 7 "
    "fieldPath s",
    "core.PersistentVolume: 1 metadata mmeta.ObjectMeta;, 2 spec mcore.PersistentVolumeSpec;, 3 status "
    "mcore.PersistentVolumeStatus;",
    "core.PersistentVolumeClaim: 1 metadata mmeta.ObjectMeta;, 2 spec mcore.PersistentVolumeClaimSpec;, 3 "
    "status mcore.PersistentVolumeClaimStatus;",
    "core.PersistentVolumeClaimCondition: 1 type !s, 2 status !s, 3 lastProbeTime t, 4 lastTransitionTime t, "
    "5 reason s, 6 message s",
    "core.PersistentVolumeClaimSpec: 1 accessModes *s, 4 selector ?mmeta.LabelSelector;, 2 resources "
    "mcore.VolumeResourceRequirements;, 3 volumeName s, 5 storageClassName ?s, 6 volumeMode ?s, 7 dataSource "
    "?mcore.TypedLocalObjectReference;, 8 dataSourceRef ?mcore.TypedObjectReference;, 9 "
    "volumeAttributesClassName ?s",
    "core.PersistentVolumeClaimStatus: 1 phase s, 2 accessModes *s, 3 capacity Mq, 4 conditions "
    "*mcore.PersistentVolumeClaimCondition;, 5 allocatedResources Mq, 7 allocatedResourceStatuses Ms, 8 "
    "currentVolumeAttributesClassName ?s, 9 modifyVolumeStatus ?mcore.ModifyVolumeStatus;",
    "core.PersistentVolumeClaimTemplate: 1 metadata mmeta.ObjectMeta;, 2 spec mcore.PersistentVolumeClaimSpec;",
    "core.PersistentVolumeClaimVolumeSource: 1 claimName !s, 2 readOnly b",
    "core.PersistentVolumeSource: 1 gcePersistentDisk ?mcore.GCEPersistentDiskVolumeSource;, 2 "
    "awsElasticBlockStore ?mcore.AWSElasticBlockStoreVolumeSource;, 3 hostPath ?mcore.HostPathVolumeSource;, "
    "4 glusterfs ?mcore.GlusterfsPersistentVolumeSource;, 5 nfs ?mcore.NFSVolumeSource;, 6 rbd "
    "?mcore.RBDPersistentVolumeSource;, 7 iscsi ?mcore.ISCSIPersistentVolumeSource;, 8 cinder "
    "?mcore.CinderPersistentVolumeSource;, 9 cephfs ?mcore.CephFSPersistentVolumeSource;, 10 fc "
    "?mcore.FCVolumeSource;, 11 flocker ?mcore.FlockerVolumeSource;, 12 flexVolume "
    "?mcore.FlexPersistentVolumeSource;, 13 azureFile ?mcore.AzureFilePersistentVolumeSource;, 14 "
    "vsphereVolume ?mcore.VsphereVirtualDiskVolumeSource;, 15 quobyte ?mcore.QuobyteVolumeSource;, 16 "
    "azureDisk ?mcore.AzureDiskVolumeSource;, 17 photonPersistentDisk "
    "?mcore.PhotonPersistentDiskVolumeSource;, 18 portworxVolume ?mcore.PortworxVolumeSource;, 19 scaleIO "
    "?mcore.ScaleIOPersistentVolumeSource;, 20 local ?mcore.LocalVolumeSource;, 21 storageos "
    "?mcore.StorageOSPersistentVolumeSource;, 22 csi ?mcore.CSIPersistentVolumeSource;",
    "core.PersistentVolumeSpec: 1 capacity Mq, 2 - ~mcore.PersistentVolumeSource;, 3 accessModes *s, 4 "
    "claimRef ?mcore.ObjectReference;, 5 persistentVolumeReclaimPolicy s, 6 storageClassName s, 7 "
    "mountOptions *s, 8 volumeMode ?s, 9 nodeAffinity ?mcore.VolumeNodeAffinity;, 10 "
    "volumeAttributesClassName ?s",
    "core.PersistentVolumeStatus: 1 phase s, 2 message s, 3 reason s, 4 lastPhaseTransitionTime ?t",
    "core.PhotonPersistentDiskVolumeSource: 1 pdID !s, 2 fsType s",
    "core.Pod: 1 metadata mmeta.ObjectMeta;, 2 spec mcore.PodSpec;, 3 status mcore.PodStatus;",
    "core.PodAffinity: 1 requiredDuringSchedulingIgnoredDuringExecution *mcore.PodAffinityTerm;, 2 "
    "preferredDuringSchedulingIgnoredDuringExecution *mcore.WeightedPodAffinityTerm;",
    "core.PodAffinityTerm: 1 labelSelector ?mmeta.LabelSelector;, 2 namespaces *s, 3 topologyKey !s, 4 "
    "namespaceSelector ?mmeta.LabelSelector;, 5 matchLabelKeys *s, 6 mismatchLabelKeys *s",
    "core.PodAntiAffinity: 1 requiredDuringSchedulingIgnoredDuringExecution *mcore.PodAffinityTerm;, 2 "
    "preferredDuringSchedulingIgnoredDuringExecution *mcore.WeightedPodAffinityTerm;",
    "core.PodCondition: 1 type !s, 7 observedGeneration i, 2 status !s, 3 lastProbeTime t, 4 "
    "lastTransitionTime t, 5 reason s, 6 message s",
    "core.PodDNSConfig: 1 nameservers *s, 2 searches *s, 3 options *mcore.PodDNSConfigOption;",
    "core.PodDNSConfigOption: 1 name s, 2 value ?s",
    "core.PodIP: 1 ip !s",
    "core.PodOS: 1 name !s",
    "core.PodReadinessGate: 1 conditionType !s",
    "core.PodResourceClaim: 1 name !s, 3 resourceClaimName ?s, 4 resourceClaimTemplateName ?s",
    "core.PodResourceClaimStatus: 1 name !s, 2 resourceClaimName ?s",
    "core.PodSchedulingGate: 1 name !s",
    "core.PodSecurityContext: 1 seLinuxOptions ?mcore.SELinuxOptions;, 8 windowsOptions "
    "?mcore.WindowsSecurityContextOptions;, 2 runAsUser ?i, 6 runAsGroup ?i, 3 runAsNonRoot ?b, 4 "
    "supplementalGroups *i, 12 supplementalGroupsPolicy ?s, 5 fsGroup ?i, 7 sysctls *mcore.Sysctl;, 9 "
    "fsGroupChangePolicy ?s, 10 seccompProfile ?mcore.SeccompProfile;, 11 appArmorProfile "
    "?mcore.AppArmorProfile;, 13 seLinuxChangePolicy ?s",
    "core.PodSpec: 1 volumes *mcore.Volume;, 20 initContainers *mcore.Container;, 2 containers "
    "*mcore.Container;, 34 ephemeralContainers *mcore.EphemeralContainer;, 3 restartPolicy s, 4 "
    "terminationGracePeriodSeconds ?i, 5 activeDeadlineSeconds ?i, 6 dnsPolicy s, 7 nodeSelector Ms, 8 "
    "serviceAccountName s, 9 serviceAccount s, 21 automountServiceAccountToken ?b, 10 nodeName s, 11 "
    "hostNetwork b, 12 hostPID b, 13 hostIPC b, 27 shareProcessNamespace ?b, 14 securityContext "
    "?mcore.PodSecurityContext;, 15 imagePullSecrets *mcore.LocalObjectReference;, 16 hostname s, 17 "
    "subdomain s, 18 affinity ?mcore.Affinity;, 19 schedulerName s, 22 tolerations *mcore.Toleration;, 23 "
    "hostAliases *mcore.HostAlias;, 24 priorityClassName s, 25 priority ?i, 26 dnsConfig "
    "?mcore.PodDNSConfig;, 28 readinessGates *mcore.PodReadinessGate;, 29 runtimeClassName ?s, 30 "
    "enableServiceLinks ?b, 31 preemptionPolicy ?s, 32 overhead Mq, 33 topologySpreadConstraints "
    "*mcore.TopologySpreadConstraint;, 35 setHostnameAsFQDN ?b, 36 os ?mcore.PodOS;, 37 hostUsers ?b, 38 "
    "schedulingGates *mcore.PodSchedulingGate;, 39 resourceClaims *mcore.PodResourceClaim;, 40 resources "
    "?mcore.ResourceRequirements;",
    "core.PodStatus: 17 observedGeneration i, 1 phase s, 2 conditions *mcore.PodCondition;, 3 message s, 4 "
    "reason s, 11 nominatedNodeName s, 5 hostIP s, 16 hostIPs *mcore.HostIP;, 6 podIP s, 12 podIPs "
    "*mcore.PodIP;, 7 startTime ?t, 10 initContainerStatuses *mcore.ContainerStatus;, 8 containerStatuses "
    "*mcore.ContainerStatus;, 9 qosClass s, 13 ephemeralContainerStatuses *mcore.ContainerStatus;, 14 resize "
    "s, 15 resourceClaimStatuses *mcore.PodResourceClaimStatus;",
    "core.PodTemplateSpec: 1 metadata mmeta.ObjectMeta;, 2 spec mcore.PodSpec;",
    "core.PortStatus: 1 port !i, 2 protocol !s, 3 error ?s",
    "core.PortworxVolumeSource: 1 volumeID !s, 2 fsType s, 3 readOnly b",
    "core.PreferredSchedulingTerm: 1 weight !i, 2 preference mcore.NodeSelectorTerm;",
    "core.Probe: 1 - ~mcore.ProbeHandler;, 2 initialDelaySeconds i, 3 timeoutSeconds i, 4 periodSeconds i, 5 "
    "successThreshold i, 6 failureThreshold i, 7 terminationGracePeriodSeconds ?i",
    "core.ProbeHandler: 1 exec ?mcore.ExecAction;, 2 httpGet ?mcore.HTTPGetAction;, 3 tcpSocket "
    "?mcore.TCPSocketAction;, 4 grpc ?mcore.GRPCAction;",
    "core.ProjectedVolumeSource: 1 sources *mcore.VolumeProjection;, 2 defaultMode ?i",
    "core.QuobyteVolumeSource: 1 registry !s, 2 volume !s, 3 readOnly b, 4 user s, 5 group s, 6 tenant s",
    "core.RBDPersistentVolumeSource: 1 monitors *s, 2 image !s, 3 fsType s, 4 pool s, 5 user s, 6 keyring s, "
    "7 secretRef ?mcore.SecretReference;, 8 readOnly b",
    "core.RBDVolumeSource: 1 monitors *s, 2 image !s, 3 fsType s, 4 pool s, 5 user s, 6 keyring s, 7 "
    "secretRef ?mcore.LocalObjectReference;, 8 readOnly b",
    "core.ResourceClaim: 1 name !s, 2 request s",
    "core.ResourceFieldSelector: 1 containerName s, 2 resource !s, 3 divisor q",
    "core.ResourceHealth: 1 resourceID !s, 2 health s",
    "core.ResourceRequirements: 1 limits Mq, 2 requests Mq, 3 claims *mcore.ResourceClaim;",
    "core.ResourceStatus: 1 name !s, 2 resources *mcore.ResourceHealth;",
    "core.SELinuxOptions: 1 user s, 2 role s, 3 type s, 4 level s",
    "core.ScaleIOPersistentVolumeSource: 1 gateway !s, 2 system !s, 3 secretRef ?mcore.SecretReference;, 4 "
    "sslEnabled b, 5 protectionDomain s, 6 storagePool s, 7 storageMode s, 8 volumeName s, 9 fsType s, 10 "
    "readOnly b",
    "core.ScaleIOVolumeSource: 1 gateway !s, 2 system !s, 3 secretRef ?mcore.LocalObjectReference;, 4 "
    "sslEnabled b, 5 protectionDomain s, 6 storagePool s, 7 storageMode s, 8 volumeName s, 9 fsType s, 10 "
    "readOnly b",
    "core.SeccompProfile: 1 type !s, 2 localhostProfile ?s",
    "core.Secret: 1 metadata mmeta.ObjectMeta;, 5 immutable ?b, 2 data My, 4 stringData Ms, 3 type s",
    "core.SecretEnvSource: 1 - ~mcore.LocalObjectReference;, 2 optional ?b",
    "core.SecretKeySelector: 1 - ~mcore.LocalObjectReference;, 2 key !s, 3 optional ?b",
    "core.SecretProjection: 1 - ~mcore.LocalObjectReference;, 2 items *mcore.KeyToPath;, 4 optional ?b",
    "core.SecretReference: 1 name s, 2 namespace s",
    "core.SecretVolumeSource: 1 secretName s, 2 items *mcore.KeyToPath;, 3 defaultMode ?i, 4 optional ?b",
    "core.SecurityContext: 1 capabilities ?mcore.Capabilities;, 2 privileged ?b, 3 seLinuxOptions "
    "?mcore.SELinuxOptions;, 10 windowsOptions ?mcore.WindowsSecurityContextOptions;, 4 runAsUser ?i, 8 "
    "runAsGroup ?i, 5 runAsNonRoot ?b, 6 readOnlyRootFilesystem ?b, 7 allowPrivilegeEscalation ?b, 9 "
    "procMount ?s, 11 seccompProfile ?mcore.SeccompProfile;, 12 appArmorProfile ?mcore.AppArmorProfile;",
    "core.Service: 1 metadata mmeta.ObjectMeta;, 2 spec mcore.ServiceSpec;, 3 status mcore.ServiceStatus;",
    "core.ServiceAccount: 1 metadata mmeta.ObjectMeta;, 2 secrets *mcore.ObjectReference;, 3 imagePullSecrets "
    "*mcore.LocalObjectReference;, 4 automountServiceAccountToken ?b",
    "core.ServiceAccountTokenProjection: 1 audience s, 2 expirationSeconds ?i, 3 path !s",
    "core.ServicePort: 1 name s, 2 protocol s, 6 appProtocol ?s, 3 port !i, 4 targetPort o, 5 nodePort i",
    "core.ServiceSpec: 1 ports *mcore.ServicePort;, 2 selector Ms, 3 clusterIP s, 18 clusterIPs *s, 4 type s, "
    "5 externalIPs *s, 7 sessionAffinity s, 8 loadBalancerIP s, 9 loadBalancerSourceRanges *s, 10 "
    "externalName s, 11 externalTrafficPolicy s, 12 healthCheckNodePort i, 13 publishNotReadyAddresses b, 14 "
    "sessionAffinityConfig ?mcore.SessionAffinityConfig;, 19 ipFamilies *s, 17 ipFamilyPolicy ?s, 20 "
    "allocateLoadBalancerNodePorts ?b, 21 loadBalancerClass ?s, 22 internalTrafficPolicy ?s, 23 "
    "trafficDistribution ?s",
    "core.ServiceStatus: 1 loadBalancer mcore.LoadBalancerStatus;, 2 conditions *mmeta.Condition;",
    "core.SessionAffinityConfig: 1 clientIP ?mcore.ClientIPConfig;",
    "core.SleepAction: 1 seconds !i",
    "core.StorageOSPersistentVolumeSource: 1 volumeName s, 2 volumeNamespace s, 3 fsType s, 4 readOnly b, 5 "
    "secretRef ?mcore.ObjectReference;",
    "core.StorageOSVolumeSource: 1 volumeName s, 2 volumeNamespace s, 3 fsType s, 4 readOnly b, 5 secretRef "
    "?mcore.LocalObjectReference;",
    "core.Sysctl: 1 name !s, 2 value !s",
    "core.TCPSocketAction: 1 port o, 2 host s",
    "core.Taint: 1 key !s, 2 value s, 3 effect !s, 4 timeAdded ?t",
    "core.Toleration: 1 key s, 2 operator s, 3 value s, 4 effect s, 5 tolerationSeconds ?i",
    "core.TopologySpreadConstraint: 1 maxSkew !i, 2 topologyKey !s, 3 whenUnsatisfiable !s, 4 labelSelector "
    "?mmeta.LabelSelector;, 5 minDomains ?i, 6 nodeAffinityPolicy ?s, 7 nodeTaintsPolicy ?s, 8 matchLabelKeys "
    "*s",
    "core.TypedLocalObjectReference: 1 apiGroup ?s, 2 kind !s, 3 name !s",
    "core.TypedObjectReference: 1 apiGroup ?s, 2 kind !s, 3 name !s, 4 namespace ?s",
    "core.Volume: 1 name !s, 2 - ~mcore.VolumeSource;",
    "core.VolumeDevice: 1 name !s, 2 devicePath !s",
    "core.VolumeMount: 1 name !s, 2 readOnly b, 7 recursiveReadOnly ?s, 3 mountPath !s, 4 subPath s, 5 "
    "mountPropagation ?s, 6 subPathExpr s",
    "core.VolumeMountStatus: 1 name !s, 2 mountPath !s, 3 readOnly b, 4 recursiveReadOnly ?s",
    "core.VolumeNodeAffinity: 1 required ?mcore.NodeSelector;",
    "core.VolumeProjection: 1 secret ?mcore.SecretProjection;, 2 downwardAPI ?mcore.DownwardAPIProjection;, 3 "
    "configMap ?mcore.ConfigMapProjection;, 4 serviceAccountToken ?mcore.ServiceAccountTokenProjection;, 5 "
    "clusterTrustBundle ?mcore.ClusterTrustBundleProjection;",
    "core.VolumeResourceRequirements: 1 limits Mq, 2 requests Mq",
    "core.VolumeSource: 1 hostPath ?mcore.HostPathVolumeSource;, 2 emptyDir ?mcore.EmptyDirVolumeSource;, 3 "
    "gcePersistentDisk ?mcore.GCEPersistentDiskVolumeSource;, 4 awsElasticBlockStore "
    "?mcore.AWSElasticBlockStoreVolumeSource;, 5 gitRepo ?mcore.GitRepoVolumeSource;, 6 secret "
    "?mcore.SecretVolumeSource;, 7 nfs ?mcore.NFSVolumeSource;, 8 iscsi ?mcore.ISCSIVolumeSource;, 9 "
    "glusterfs ?mcore.GlusterfsVolumeSource;, 10 persistentVolumeClaim "
    "?mcore.PersistentVolumeClaimVolumeSource;, 11 rbd ?mcore.RBDVolumeSource;, 12 flexVolume "
    "?mcore.FlexVolumeSource;, 13 cinder ?mcore.CinderVolumeSource;, 14 cephfs ?mcore.CephFSVolumeSource;, 15 "
    "flocker ?mcore.FlockerVolumeSource;, 16 downwardAPI ?mcore.DownwardAPIVolumeSource;, 17 fc "
    "?mcore.FCVolumeSource;, 18 azureFile ?mcore.AzureFileVolumeSource;, 19 configMap "
    "?mcore.ConfigMapVolumeSource;, 20 vsphereVolume ?mcore.VsphereVirtualDiskVolumeSource;, 21 quobyte "
    "?mcore.QuobyteVolumeSource;, 22 azureDisk ?mcore.AzureDiskVolumeSource;, 23 photonPersistentDisk "
    "?mcore.PhotonPersistentDiskVolumeSource;, 26 projected ?mcore.ProjectedVolumeSource;, 24 portworxVolume "
    "?mcore.PortworxVolumeSource;, 25 scaleIO ?mcore.ScaleIOVolumeSource;, 27 storageos "
    "?mcore.StorageOSVolumeSource;, 28 csi ?mcore.CSIVolumeSource;, 29 ephemeral "
    "?mcore.EphemeralVolumeSource;, 30 image ?mcore.ImageVolumeSource;",
    "core.VsphereVirtualDiskVolumeSource: 1 volumePath !s, 2 fsType s, 3 storagePolicyName s, 4 "
    "storagePolicyID s",
    "core.WeightedPodAffinityTerm: 1 weight !i, 2 podAffinityTerm mcore.PodAffinityTerm;",
    "core.WindowsSecurityContextOptions: 1 gmsaCredentialSpecName ?s, 2 gmsaCredentialSpec ?s, 3 "
    "runAsUserName ?s, 4 hostProcess ?b",
    "disc.Endpoint: 1 addresses *s, 2 conditions mdisc.EndpointConditions;, 3 hostname ?s, 4 targetRef "
    "?mcore.ObjectReference;, 5 deprecatedTopology Ms, 6 nodeName ?s, 7 zone ?s, 8 hints ?mdisc.EndpointHints;",
    "disc.EndpointConditions: 1 ready ?b, 2 serving ?b, 3 terminating ?b",
    "disc.EndpointHints: 1 forZones *mdisc.ForZone;, 2 forNodes *mdisc.ForNode;",
    "disc.EndpointPort: 1 name ?s, 2 protocol ?s, 3 port ?i, 4 appProtocol ?s",
    "disc.EndpointSlice: 1 metadata mmeta.ObjectMeta;, 4 addressType !s, 2 endpoints *mdisc.Endpoint;, 3 "
    "ports *mdisc.EndpointPort;",
    "disc.ForNode: 1 name !s",
    "disc.ForZone: 1 name !s",
    "events.Event: 1 metadata mmeta.ObjectMeta;, 2 eventTime T, 3 series ?mevents.EventSeries;, 4 "
    "reportingController s, 5 reportingInstance s, 6 action s, 7 reason s, 8 regarding "
    "mcore.ObjectReference;, 9 related ?mcore.ObjectReference;, 10 note s, 11 type s, 12 deprecatedSource "
    "mcore.EventSource;, 13 deprecatedFirstTimestamp t, 14 deprecatedLastTimestamp t, 15 deprecatedCount i",
    "events.EventSeries: 1 count !i, 2 lastObservedTime T",
    "meta.Condition: 1 type !s, 2 status !s, 3 observedGeneration i, 4 lastTransitionTime t, 5 reason !s, 6 "
    "message !s",
    "meta.DeleteOptions: 1 gracePeriodSeconds ?i, 2 preconditions ?mmeta.Preconditions;, 3 orphanDependents "
    "?b, 4 propagationPolicy ?s, 5 dryRun *s, 6 ignoreStoreReadErrorWithClusterBreakingPotential ?b",
    "meta.FieldSelectorRequirement: 1 key !s, 2 operator !s, 3 values *s",
    "meta.LabelSelector: 1 matchLabels Ms, 2 matchExpressions *mmeta.LabelSelectorRequirement;",
    "meta.LabelSelectorRequirement: 1 key !s, 2 operator !s, 3 values *s",
    "meta.ManagedFieldsEntry: 1 manager s, 2 operation s, 3 apiVersion s, 4 time ?t, 6 fieldsType s, 7 fieldsV1 r, 8 "
    "subresource s",
    "meta.ObjectMeta: 1 name s, 2 generateName s, 3 namespace s, 4 selfLink s, 5 uid s, 6 resourceVersion s, "
    "7 generation i, 8 creationTimestamp t, 9 deletionTimestamp ?t, 10 deletionGracePeriodSeconds ?i, 11 "
    "labels Ms, 12 annotations Ms, 13 ownerReferences *mmeta.OwnerReference;, 14 finalizers *s, 17 "
    "managedFields *mmeta.ManagedFieldsEntry;",
    "meta.OwnerReference: 5 apiVersion !s, 1 kind !s, 3 name !s, 4 uid !s, 6 controller ?b, 7 "
    "blockOwnerDeletion ?b",
    "meta.Preconditions: 1 uid ?s, 2 resourceVersion ?s",
    "net.HTTPIngressPath: 1 path s, 3 pathType ?s, 2 backend mnet.IngressBackend;",
    "net.HTTPIngressRuleValue: 1 paths *mnet.HTTPIngressPath;",
    "net.IPAddress: 1 metadata mmeta.ObjectMeta;, 2 spec mnet.IPAddressSpec;",
    "net.IPAddressSpec: 1 parentRef ?mnet.ParentReference;",
    "net.ParentReference: 1 group s, 2 resource s, 3 namespace s, 4 name s",
    "net.ServiceCIDR: 1 metadata mmeta.ObjectMeta;, 2 spec mnet.ServiceCIDRSpec;, 3 status mnet.ServiceCIDRStatus;",
    "net.ServiceCIDRSpec: 1 cidrs *s",
    "net.ServiceCIDRStatus: 1 conditions *mmeta.Condition;",
    "net.Ingress: 1 metadata mmeta.ObjectMeta;, 2 spec mnet.IngressSpec;, 3 status mnet.IngressStatus;",
    "net.IngressBackend: 4 service ?mnet.IngressServiceBackend;, 3 resource ?mcore.TypedLocalObjectReference;",
    "net.IngressClass: 1 metadata mmeta.ObjectMeta;, 2 spec mnet.IngressClassSpec;",
    "net.IngressClassParametersReference: 1 apiGroup ?s, 2 kind !s, 3 name !s, 4 scope ?s, 5 namespace ?s",
    "net.IngressClassSpec: 1 controller s, 2 parameters ?mnet.IngressClassParametersReference;",
    "net.IngressLoadBalancerIngress: 1 ip s, 2 hostname s, 4 ports *mnet.IngressPortStatus;",
    "net.IngressLoadBalancerStatus: 1 ingress *mnet.IngressLoadBalancerIngress;",
    "net.IngressPortStatus: 1 port !i, 2 protocol !s, 3 error ?s",
    "net.IngressRule: 1 host s, 2 - ~mnet.IngressRuleValue;",
    "net.IngressRuleValue: 1 http ?mnet.HTTPIngressRuleValue;",
    "net.IngressServiceBackend: 1 name !s, 2 port mnet.ServiceBackendPort;",
    "net.IngressSpec: 4 ingressClassName ?s, 1 defaultBackend ?mnet.IngressBackend;, 2 tls *mnet.IngressTLS;, "
    "3 rules *mnet.IngressRule;",
    "net.IngressStatus: 1 loadBalancer mnet.IngressLoadBalancerStatus;",
    "net.IngressTLS: 1 hosts *s, 2 secretName s",
    "net.ServiceBackendPort: 1 name s, 2 number i",
    "policy.Eviction: 1 metadata mmeta.ObjectMeta;, 2 deleteOptions ?mmeta.DeleteOptions;",
    "rbac.AggregationRule: 1 clusterRoleSelectors *mmeta.LabelSelector;",
    "rbac.ClusterRole: 1 metadata mmeta.ObjectMeta;, 2 rules *mrbac.PolicyRule;, 3 aggregationRule "
    "?mrbac.AggregationRule;",
    "rbac.ClusterRoleBinding: 1 metadata mmeta.ObjectMeta;, 2 subjects *mrbac.Subject;, 3 roleRef mrbac.RoleRef;",
    "rbac.PolicyRule: 1 verbs *s, 2 apiGroups *s, 3 resources *s, 4 resourceNames *s, 5 nonResourceURLs *s",
    "rbac.Role: 1 metadata mmeta.ObjectMeta;, 2 rules *mrbac.PolicyRule;",
    "rbac.RoleBinding: 1 metadata mmeta.ObjectMeta;, 2 subjects *mrbac.Subject;, 3 roleRef mrbac.RoleRef;",
    "rbac.RoleRef: 1 apiGroup !s, 2 kind !s, 3 name !s",
    "rbac.Subject: 1 kind !s, 2 apiGroup s, 3 name !s, 4 namespace s",
    "scale.Scale: 1 metadata mmeta.ObjectMeta;, 2 spec mscale.ScaleSpec;, 3 status mscale.ScaleStatus;",
    "scale.ScaleSpec: 1 replicas i",
    "scale.ScaleStatus: 1 replicas !i, 2 selector s",
    "autoscaling1.HorizontalPodAutoscaler: 1 metadata mmeta.ObjectMeta;, 2 spec "
    "mautoscaling1.HorizontalPodAutoscalerSpec;, 3 status mautoscaling1.HorizontalPodAutoscalerStatus;",
    "autoscaling1.HorizontalPodAutoscalerSpec: 1 scaleTargetRef mautoscaling2.CrossVersionObjectReference;, 2 "
    "minReplicas ?i, 3 maxReplicas !i, 4 targetCPUUtilizationPercentage ?i",
    "autoscaling1.HorizontalPodAutoscalerStatus: 1 observedGeneration ?i, 2 lastScaleTime t, 3 currentReplicas "
    "!i, 4 desiredReplicas !i, 5 currentCPUUtilizationPercentage ?i",
    "autoscaling2.ContainerResourceMetricSource: 1 name !s, 2 target mautoscaling2.MetricTarget;, 3 container !s",
    "autoscaling2.ContainerResourceMetricStatus: 1 name !s, 2 current mautoscaling2.MetricValueStatus;, 3 "
    "container !s",
    "autoscaling2.CrossVersionObjectReference: 1 kind !s, 2 name !s, 3 apiVersion s",
    "autoscaling2.ExternalMetricSource: 1 metric mautoscaling2.MetricIdentifier;, 2 target "
    "mautoscaling2.MetricTarget;",
    "autoscaling2.ExternalMetricStatus: 1 metric mautoscaling2.MetricIdentifier;, 2 current "
    "mautoscaling2.MetricValueStatus;",
    "autoscaling2.HPAScalingPolicy: 1 type !s, 2 value !i, 3 periodSeconds !i",
    "autoscaling2.HPAScalingRules: 3 stabilizationWindowSeconds ?i, 1 selectPolicy s, 2 policies "
    "*mautoscaling2.HPAScalingPolicy;, 4 tolerance ?q",
    "autoscaling2.HorizontalPodAutoscaler: 1 metadata mmeta.ObjectMeta;, 2 spec "
    "mautoscaling2.HorizontalPodAutoscalerSpec;, 3 status mautoscaling2.HorizontalPodAutoscalerStatus;",
    "autoscaling2.HorizontalPodAutoscalerBehavior: 1 scaleUp ?mautoscaling2.HPAScalingRules;, 2 scaleDown "
    "?mautoscaling2.HPAScalingRules;",
    "autoscaling2.HorizontalPodAutoscalerCondition: 1 type !s, 2 status !s, 3 lastTransitionTime t, 4 reason s, "
    "5 message s",
    "autoscaling2.HorizontalPodAutoscalerSpec: 1 scaleTargetRef mautoscaling2.CrossVersionObjectReference;, 2 "
    "minReplicas ?i, 3 maxReplicas !i, 4 metrics *mautoscaling2.MetricSpec;, 5 behavior "
    "?mautoscaling2.HorizontalPodAutoscalerBehavior;",
    "autoscaling2.HorizontalPodAutoscalerStatus: 1 observedGeneration ?i, 2 lastScaleTime t, 3 currentReplicas "
    "i, 4 desiredReplicas !i, 5 currentMetrics *mautoscaling2.MetricStatus;, 6 conditions "
    "*mautoscaling2.HorizontalPodAutoscalerCondition;",
    "autoscaling2.MetricIdentifier: 1 name !s, 2 selector ?mmeta.LabelSelector;",
    "autoscaling2.MetricSpec: 1 type !s, 2 object ?mautoscaling2.ObjectMetricSource;, 3 pods "
    "?mautoscaling2.PodsMetricSource;, 4 resource ?mautoscaling2.ResourceMetricSource;, 7 containerResource "
    "?mautoscaling2.ContainerResourceMetricSource;, 5 external ?mautoscaling2.ExternalMetricSource;",
    "autoscaling2.MetricStatus: 1 type !s, 2 object ?mautoscaling2.ObjectMetricStatus;, 3 pods "
    "?mautoscaling2.PodsMetricStatus;, 4 resource ?mautoscaling2.ResourceMetricStatus;, 7 containerResource "
    "?mautoscaling2.ContainerResourceMetricStatus;, 5 external ?mautoscaling2.ExternalMetricStatus;",
    "autoscaling2.MetricTarget: 1 type !s, 2 value ?q, 3 averageValue ?q, 4 averageUtilization ?i",
    "autoscaling2.MetricValueStatus: 1 value ?q, 2 averageValue ?q, 3 averageUtilization ?i",
    "autoscaling2.ObjectMetricSource: 1 describedObject mautoscaling2.CrossVersionObjectReference;, 2 target "
    "mautoscaling2.MetricTarget;, 3 metric mautoscaling2.MetricIdentifier;",
    "autoscaling2.ObjectMetricStatus: 1 metric mautoscaling2.MetricIdentifier;, 2 current "
    "mautoscaling2.MetricValueStatus;, 3 describedObject mautoscaling2.CrossVersionObjectReference;",
    "autoscaling2.PodsMetricSource: 1 metric mautoscaling2.MetricIdentifier;, 2 target "
    "mautoscaling2.MetricTarget;",
    "autoscaling2.PodsMetricStatus: 1 metric mautoscaling2.MetricIdentifier;, 2 current "
    "mautoscaling2.MetricValueStatus;",
    "autoscaling2.ResourceMetricSource: 1 name !s, 2 target mautoscaling2.MetricTarget;",
    "autoscaling2.ResourceMetricStatus: 1 name !s, 2 current mautoscaling2.MetricValueStatus;",
    "core.LimitRange: 1 metadata mmeta.ObjectMeta;, 2 spec mcore.LimitRangeSpec;",
    "core.LimitRangeItem: 1 type !s, 2 max Mq, 3 min Mq, 4 default Mq, 5 defaultRequest Mq, 6 "
    "maxLimitRequestRatio Mq",
    "core.LimitRangeSpec: 1 limits *mcore.LimitRangeItem;",
    "core.PodTemplate: 1 metadata mmeta.ObjectMeta;, 2 template mcore.PodTemplateSpec;",
    "core.ReplicationController: 1 metadata mmeta.ObjectMeta;, 2 spec mcore.ReplicationControllerSpec;, 3 "
    "status mcore.ReplicationControllerStatus;",
    "core.ReplicationControllerCondition: 1 type !s, 2 status !s, 3 lastTransitionTime t, 4 reason s, 5 message "
    "s",
    "core.ReplicationControllerSpec: 1 replicas ?i, 4 minReadySeconds i, 2 selector Ms, 3 template "
    "?mcore.PodTemplateSpec;",
    "core.ReplicationControllerStatus: 1 replicas !i, 2 fullyLabeledReplicas i, 4 readyReplicas i, 5 "
    "availableReplicas i, 3 observedGeneration i, 6 conditions *mcore.ReplicationControllerCondition;",
    "core.ResourceQuota: 1 metadata mmeta.ObjectMeta;, 2 spec mcore.ResourceQuotaSpec;, 3 status "
    "mcore.ResourceQuotaStatus;",
    "core.ResourceQuotaSpec: 1 hard Mq, 2 scopes *s, 3 scopeSelector ?mcore.ScopeSelector;",
    "core.ResourceQuotaStatus: 1 hard Mq, 2 used Mq",
    "core.ScopeSelector: 1 matchExpressions *mcore.ScopedResourceSelectorRequirement;",
    "core.ScopedResourceSelectorRequirement: 1 scopeName !s, 2 operator !s, 3 values *s",
    "core.TopologySelectorLabelRequirement: 1 key !s, 2 values *s",
    "core.TopologySelectorTerm: 1 matchLabelExpressions *mcore.TopologySelectorLabelRequirement;",
    "net.IPBlock: 1 cidr !s, 2 except *s",
    "net.NetworkPolicy: 1 metadata mmeta.ObjectMeta;, 2 spec mnet.NetworkPolicySpec;",
    "net.NetworkPolicyEgressRule: 1 ports *mnet.NetworkPolicyPort;, 2 to *mnet.NetworkPolicyPeer;",
    "net.NetworkPolicyIngressRule: 1 ports *mnet.NetworkPolicyPort;, 2 from *mnet.NetworkPolicyPeer;",
    "net.NetworkPolicyPeer: 1 podSelector ?mmeta.LabelSelector;, 2 namespaceSelector ?mmeta.LabelSelector;, 3 "
    "ipBlock ?mnet.IPBlock;",
    "net.NetworkPolicyPort: 1 protocol s, 2 port ?o, 3 endPort ?i",
    "net.NetworkPolicySpec: 1 podSelector mmeta.LabelSelector;, 2 ingress *mnet.NetworkPolicyIngressRule;, 3 "
    "egress *mnet.NetworkPolicyEgressRule;, 4 policyTypes *s",
    "node.Overhead: 1 podFixed Mq",
    "node.RuntimeClass: 1 metadata mmeta.ObjectMeta;, 2 handler !s, 3 overhead ?mnode.Overhead;, 4 scheduling "
    "?mnode.Scheduling;",
    "node.Scheduling: 1 nodeSelector Ms, 2 tolerations *mcore.Toleration;",
    "policy.PodDisruptionBudget: 1 metadata mmeta.ObjectMeta;, 2 spec mpolicy.PodDisruptionBudgetSpec;, 3 "
    "status mpolicy.PodDisruptionBudgetStatus;",
    "policy.PodDisruptionBudgetSpec: 1 minAvailable ?o, 2 selector ?mmeta.LabelSelector;, 3 maxUnavailable ?o, "
    "4 unhealthyPodEvictionPolicy s",
    "policy.PodDisruptionBudgetStatus: 1 observedGeneration i, 2 disruptedPods Mt, 3 disruptionsAllowed !i, 4 "
    "currentHealthy !i, 5 desiredHealthy !i, 6 expectedPods !i, 7 conditions *mmeta.Condition;",
    "scheduling.PriorityClass: 1 metadata mmeta.ObjectMeta;, 2 value !i, 3 globalDefault b, 4 description s, 5 "
    "preemptionPolicy s",
    "storage.CSIDriver: 1 metadata mmeta.ObjectMeta;, 2 spec mstorage.CSIDriverSpec;",
    "storage.CSIDriverSpec: 1 attachRequired ?b, 2 podInfoOnMount ?b, 3 volumeLifecycleModes *s, 4 "
    "storageCapacity ?b, 5 fsGroupPolicy s, 6 tokenRequests *mstorage.TokenRequest;, 7 requiresRepublish ?b, 8 "
    "seLinuxMount ?b, 9 nodeAllocatableUpdatePeriodSeconds ?i, 10 serviceAccountTokenInSecrets ?b, 11 "
    "preventPodSchedulingIfMissing ?b",
    "storage.CSINode: 1 metadata mmeta.ObjectMeta;, 2 spec mstorage.CSINodeSpec;",
    "storage.CSINodeDriver: 1 name !s, 2 nodeID !s, 3 topologyKeys *s, 4 allocatable "
    "?mstorage.VolumeNodeResources;",
    "storage.CSINodeSpec: 1 drivers *mstorage.CSINodeDriver;",
    "storage.CSIStorageCapacity: 1 metadata mmeta.ObjectMeta;, 2 nodeTopology ?mmeta.LabelSelector;, 3 "
    "storageClassName !s, 4 capacity ?q, 5 maximumVolumeSize ?q",
    "storage.StorageClass: 1 metadata mmeta.ObjectMeta;, 2 provisioner !s, 3 parameters Ms, 4 reclaimPolicy s, "
    "5 mountOptions *s, 6 allowVolumeExpansion ?b, 7 volumeBindingMode s, 8 allowedTopologies "
    "*mcore.TopologySelectorTerm;",
    "storage.TokenRequest: 1 audience !s, 2 expirationSeconds ?i",
    "storage.VolumeAttachment: 1 metadata mmeta.ObjectMeta;, 2 spec mstorage.VolumeAttachmentSpec;, 3 status "
    "mstorage.VolumeAttachmentStatus;",
    "storage.VolumeAttachmentSource: 1 persistentVolumeName ?s, 2 inlineVolumeSpec ?mcore.PersistentVolumeSpec;",
    "storage.VolumeAttachmentSpec: 1 attacher !s, 2 source mstorage.VolumeAttachmentSource;, 3 nodeName !s",
    "storage.VolumeAttachmentStatus: 1 attached !b, 2 attachmentMetadata Ms, 3 attachError "
    "?mstorage.VolumeError;, 4 detachError ?mstorage.VolumeError;",
    "storage.VolumeError: 1 time t, 2 message s, 3 errorCode ?i",
    "storage.VolumeNodeResources: 1 count ?i",
    nullptr,
};

}  // namespace croft::server
