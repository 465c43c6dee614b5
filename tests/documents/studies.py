"""One hand-made trial in the three formats."""

from __future__ import annotations

from typing import Any

V2: dict[str, Any] = {
    "protocolSection": {
        "identificationModule": {"nctId": "NCT00000007", "briefTitle": "Drug X for Pain"},
        "statusModule": {
            "overallStatus": "TERMINATED",
            "whyStopped": "Slow accrual",
            "studyFirstPostDateStruct": {"date": "2019-03-01"},
            "lastUpdatePostDateStruct": {"date": "2020-01-02"},
        },
        "descriptionModule": {"briefSummary": "We test drug X."},
        "conditionsModule": {"conditions": ["Pain"], "keywords": ["ache"]},
        "designModule": {
            "studyType": "INTERVENTIONAL",
            "phases": ["PHASE2"],
            "designInfo": {"allocation": "RANDOMIZED", "maskingInfo": {"masking": "DOUBLE"}},
            "enrollmentInfo": {"count": 20, "type": "ACTUAL"},
        },
        "armsInterventionsModule": {
            "armGroups": [{"label": "X", "type": "PLACEBO_COMPARATOR", "description": "10 mg"}],
            "interventions": [{"type": "DRUG", "name": "Drug X", "description": "a tablet"}],
        },
        "outcomesModule": {"primaryOutcomes": [{"measure": "Pain", "timeFrame": "2 weeks", "description": "0 to 10"}]},
        "eligibilityModule": {
            "eligibilityCriteria": "Inclusion Criteria:\n\n* Pain \\> 4\n* Adult",
            "healthyVolunteers": False,
            "sex": "ALL",
            "minimumAge": "18 Years",
        },
    },
    "resultsSection": {
        "outcomeMeasuresModule": {
            "outcomeMeasures": [
                {
                    "type": "PRIMARY",
                    "title": "Pain",
                    "timeFrame": "2 weeks",
                    "paramType": "MEAN",
                    "dispersionType": "Standard Deviation",
                    "unitOfMeasure": "points",
                    "groups": [{"id": "OG000", "title": "X"}, {"id": "OG001", "title": "Placebo"}],
                    "denoms": [{"counts": [{"groupId": "OG000", "value": "9"}, {"groupId": "OG001", "value": "8"}]}],
                    "classes": [
                        {
                            "categories": [
                                {
                                    "measurements": [
                                        {"groupId": "OG000", "value": "3.1", "spread": "1.0"},
                                        {"groupId": "OG001", "value": "4.0", "lowerLimit": "3", "upperLimit": "5"},
                                    ]
                                }
                            ]
                        }
                    ],
                    "analyses": [
                        {
                            "groupIds": ["OG000", "OG001"],
                            "pValue": "<0.05",
                            "statisticalMethod": "t-test",
                            "paramType": "Difference",
                            "paramValue": "-0.9",
                            "ciPctValue": "95",
                            "ciLowerLimit": "-1.7",
                            "ciUpperLimit": "-0.1",
                        }
                    ],
                }
            ]
        }
    },
    "derivedSection": {"conditionBrowseModule": {"meshes": [{"id": "D1", "term": "Pain"}]}},
}


def wrap(name: str, *items: Any) -> dict[str, Any]:
    """A list as the classic generation writes it."""
    return {f"{name}List": {name: list(items)}}


_O, _A = "OutcomeMeasure", "OutcomeAnalysis"
CLASSIC: dict[str, Any] = {
    "ProtocolSection": {
        "IdentificationModule": {"NCTId": "NCT00000007", "BriefTitle": "Drug X for Pain"},
        "StatusModule": {
            "OverallStatus": "Terminated",
            "WhyStopped": "Slow accrual",
            "StudyFirstPostDateStruct": {"StudyFirstPostDate": "March 1, 2019"},
            "LastUpdatePostDateStruct": {"LastUpdatePostDate": "January 2, 2020"},
        },
        "DescriptionModule": {"BriefSummary": "We test drug X."},
        "ConditionsModule": wrap("Condition", "Pain") | wrap("Keyword", "ache"),
        "DesignModule": {
            "StudyType": "Interventional",
            **wrap("Phase", "Phase 2"),
            "DesignInfo": {"DesignAllocation": "Randomized", "DesignMaskingInfo": {"DesignMasking": "Double"}},
            "EnrollmentInfo": {"EnrollmentCount": "20", "EnrollmentType": "Actual"},
        },
        "ArmsInterventionsModule": wrap(
            "ArmGroup",
            {"ArmGroupLabel": "X", "ArmGroupType": "Placebo comparator", "ArmGroupDescription": "10 mg"},
        )
        | wrap(
            "Intervention",
            {"InterventionType": "Drug", "InterventionName": "Drug X", "InterventionDescription": "a tablet"},
        ),
        "OutcomesModule": wrap(
            "PrimaryOutcome",
            {
                "PrimaryOutcomeMeasure": "Pain",
                "PrimaryOutcomeTimeFrame": "2 weeks",
                "PrimaryOutcomeDescription": "0 to 10",
            },
        ),
        "EligibilityModule": {
            "EligibilityCriteria": "Inclusion Criteria:\n\n* Pain > 4\n* Adult",
            "HealthyVolunteers": "No",
            "Gender": "All",
            "MinimumAge": "18 Years",
        },
    },
    "ResultsSection": {
        "OutcomeMeasuresModule": wrap(
            _O,
            {
                f"{_O}Type": "Primary",
                f"{_O}Title": "Pain",
                f"{_O}TimeFrame": "2 weeks",
                f"{_O}ParamType": "Mean",
                f"{_O}DispersionType": "Standard Deviation",
                f"{_O}UnitOfMeasure": "points",
                **wrap(
                    "OutcomeGroup",
                    {"OutcomeGroupId": "O1", "OutcomeGroupTitle": "X"},
                    {"OutcomeGroupId": "O2", "OutcomeGroupTitle": "Placebo"},
                ),
                **wrap(
                    "OutcomeDenom",
                    wrap(
                        "OutcomeDenomCount",
                        {"OutcomeDenomCountGroupId": "O1", "OutcomeDenomCountValue": "9"},
                        {"OutcomeDenomCountGroupId": "O2", "OutcomeDenomCountValue": "8"},
                    ),
                ),
                **wrap(
                    "OutcomeClass",
                    wrap(
                        "OutcomeCategory",
                        wrap(
                            "OutcomeMeasurement",
                            {
                                "OutcomeMeasurementGroupId": "O1",
                                "OutcomeMeasurementValue": "3.1",
                                "OutcomeMeasurementSpread": "1.0",
                            },
                            {
                                "OutcomeMeasurementGroupId": "O2",
                                "OutcomeMeasurementValue": "4.0",
                                "OutcomeMeasurementLowerLimit": "3",
                                "OutcomeMeasurementUpperLimit": "5",
                            },
                        ),
                    ),
                ),
                **wrap(
                    _A,
                    {
                        **wrap(f"{_A}GroupId", "O1", "O2"),
                        f"{_A}PValue": "<0.05",
                        f"{_A}StatisticalMethod": "t-test",
                        f"{_A}ParamType": "Difference",
                        f"{_A}ParamValue": "-0.9",
                        f"{_A}CIPctValue": "95",
                        f"{_A}CILowerLimit": "-1.7",
                        f"{_A}CIUpperLimit": "-0.1",
                    },
                ),
            },
        )
    },
    "DerivedSection": {"ConditionBrowseModule": wrap("ConditionMesh", {"ConditionMeshTerm": "Pain"})},
}

XML = """<clinical_study><id_info><nct_id>NCT00000007</nct_id></id_info><brief_title>Drug X for Pain</brief_title>
<brief_summary><textblock>
   We test
   drug X.
</textblock></brief_summary>
<overall_status>Terminated</overall_status><why_stopped>Slow accrual</why_stopped>
<phase>Phase 2</phase><study_type>Interventional</study_type>
<study_design_info><allocation>Randomized</allocation><masking>Double</masking></study_design_info>
<primary_outcome><measure>Pain</measure><time_frame>2 weeks</time_frame>
<description>0 to 10</description></primary_outcome>
<enrollment type="Actual">20</enrollment><condition>Pain</condition>
<arm_group><arm_group_label>X</arm_group_label><arm_group_type>Placebo comparator</arm_group_type>
<description>10 mg</description></arm_group>
<intervention><intervention_type>Drug</intervention_type><intervention_name>Drug X</intervention_name>
<description>a tablet</description></intervention>
<eligibility><criteria><textblock>
   Inclusion Criteria:

   *  Pain &gt; 4
   *  Adult
</textblock></criteria><gender>All</gender><minimum_age>18 Years</minimum_age><maximum_age>N/A</maximum_age>
<healthy_volunteers>No</healthy_volunteers></eligibility>
<study_first_posted>March 1, 2019</study_first_posted><last_update_posted>January 2, 2020</last_update_posted>
<keyword>ache</keyword><condition_browse><mesh_term>Pain</mesh_term></condition_browse>
<clinical_results><outcome_list><outcome><type>Primary</type><title>Pain</title><time_frame>2 weeks</time_frame>
<group_list><group group_id="O1"><title>X</title></group>
<group group_id="O2"><title>Placebo</title></group></group_list>
<measure><units>points</units><param>Mean</param><dispersion>Standard Deviation</dispersion>
<analyzed_list><analyzed><count_list><count group_id="O1" value="9"/><count group_id="O2" value="8"/></count_list>
</analyzed></analyzed_list><class_list><class><category_list><category><measurement_list>
<measurement group_id="O1" value="3.1" spread="1.0"/>
<measurement group_id="O2" value="4.0" lower_limit="3" upper_limit="5"/>
</measurement_list></category></category_list></class></class_list></measure>
<analysis_list><analysis><group_id_list><group_id>O1</group_id><group_id>O2</group_id></group_id_list>
<p_value>&lt;0.05</p_value><method>t-test</method><param_type>Difference</param_type><param_value>-0.9</param_value>
<ci_percent>95</ci_percent><ci_lower_limit>-1.7</ci_lower_limit><ci_upper_limit>-0.1</ci_upper_limit></analysis>
</analysis_list></outcome></outcome_list></clinical_results></clinical_study>"""

SECTIONS = [
    ("title", "Drug X for Pain"),
    ("summary", "We test drug X."),
    ("conditions", "- Pain"),
    (
        "design",
        "Study type: Interventional\nPhase: Phase 2\nAllocation: Randomized\nMasking: Double\n"
        "Enrolment: 20 (actual)\nStatus: Terminated\nWhy stopped: Slow accrual",
    ),
    ("arms", "- X (Placebo comparator): 10 mg"),
    ("interventions", "- Drug X (Drug): a tablet"),
    ("outcomes/primary", "- Pain (2 weeks): 0 to 10"),
    (
        "eligibility",
        "Minimum age: 18 Years\nSex: All\nHealthy volunteers: No\n\nInclusion Criteria:\n\n* Pain > 4\n* Adult",
    ),
    (
        "results/primary",
        "Outcome: Pain\nTime frame: 2 weeks\nUnit: points (Mean, Standard Deviation)\n"
        "- X (n = 9): 3.1 (± 1.0)\n- Placebo (n = 8): 4.0 (3 to 5)\n"
        "Analysis (X vs Placebo): t-test; P < 0.05; Difference = -0.9 (95 % CI -1.7 to -0.1)",
    ),
]
