WITH alone AS (
    SELECT claim.incident_id
    FROM attacks_claim AS claim
    LEFT JOIN sources_organisation AS claimant ON claimant.id = claim.claimant_id
    GROUP BY claim.incident_id
    HAVING
        MAX(CASE WHEN claim.kind = 'responsibility' AND claim.stance = 'affirms'
            AND claimant.kind = 'armed_group' THEN 1 ELSE 0 END) = 1
        AND MAX(CASE WHEN claim.kind IN ('attribution', 'casualty', 'damage', 'interception',
                'weapon', 'date', 'place')
            AND claim.stance <> 'denies'
            AND (claimant.id IS NOT NULL OR claim.claimant_text <> '')
            AND (claimant.id IS NULL OR claimant.kind <> 'armed_group') THEN 1 ELSE 0 END) = 0
),
sums AS (
    SELECT
        incident.base_id,
        SUM(CASE
            WHEN incident.earliest >= '{since}' AND incident.latest <= '{until}'
                AND (alone.incident_id IS NULL OR incident.grade IN ('confirmed', 'fair'))
            THEN incident.attack_count ELSE 0 END) AS certain,
        SUM(incident.attack_count) AS possible
    FROM attacks_incident AS incident
    LEFT JOIN alone ON alone.incident_id = incident.id
    WHERE incident.status = 'published' AND incident.merged_into_id IS NULL
        AND incident.grade <> 'discounted' AND incident.outcome <> 'intercepted'
        AND incident.latest >= '{since}' AND incident.earliest <= '{until}'
    GROUP BY incident.base_id
)
SELECT base.slug, SUM(sums.certain), SUM(sums.possible)
FROM sums
LEFT JOIN (
    SELECT site.base_id, site.into_id
    FROM attacks_rulesite AS site
    JOIN attacks_countingrule AS rule ON rule.id = site.rule_id
    JOIN sources_organisation AS counter ON counter.id = rule.organisation_id
    WHERE counter.slug = '{counter}' AND NOT site.doubtful
) AS fold ON fold.base_id = sums.base_id
JOIN bases_militarybase AS base ON base.id = COALESCE(fold.into_id, sums.base_id)
GROUP BY base.slug
